// SPDX-License-Identifier: Apache-2.0

// Command krtvet finds mistakes in programs that use krt; package krtvet says which.
//
//	go vet -vettool=$(which krtvet) ./...
//	krtvet ./...
//	krtvet help krtmutate
//
// It exits with a status other than 0 if it found something.
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"

	"github.com/krtkit/krtkit/krt/krtvet"
)

func main() { multichecker.Main(krtvet.Analyzers()...) }
