// SPDX-License-Identifier: Apache-2.0

// Package v1 has a type of the real one.
package v1

type Condition struct{ Type string }
