// SPDX-License-Identifier: Apache-2.0

package graphtest

import "math/rand/v2"

// dice is what everything random is made of. A [rand.Rand] is one.
type dice interface {
	// IntN returns a number from 0 to n-1.
	IntN(n int) int
}

// seeded returns dice that fall the same way for the same numbers.
func seeded(a, b uint64) dice { return rand.New(rand.NewPCG(a, b)) }

// tape is dice whose falls are written down: a byte each, and all 0 at its end.
type tape struct{ data []byte }

// IntN implements dice.
func (t *tape) IntN(n int) int {
	if len(t.data) == 0 || n <= 1 {
		return 0
	}
	v := int(t.data[0])
	t.data = t.data[1:]
	if n > 256 && len(t.data) > 0 {
		v = v<<8 | int(t.data[0])
		t.data = t.data[1:]
	}
	return v % n
}

func (t *tape) ended() bool { return len(t.data) == 0 }
