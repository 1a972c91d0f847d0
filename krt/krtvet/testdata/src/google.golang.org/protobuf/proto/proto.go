// SPDX-License-Identifier: Apache-2.0

// Package proto has functions of the real one that change their arguments.
package proto

type Message interface{ ProtoReflect() }

func Merge(dst, src Message)  {}
func Clone(m Message) Message { return nil }
