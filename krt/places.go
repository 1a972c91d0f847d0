// SPDX-License-Identifier: Apache-2.0

package krt

// places finds changes in a list by their keys, when the list is long: a table of
// places by hash. The zero value knows no places.
type places struct {
	table []uint32 // places + 1, or 0; at least half of them are 0
	known int      // places up to here are noted
}

// placeOf returns the last place of the key in a list of n, of which at returns the
// entries; of those that are nil the key does not count any more. It returns -1 if there
// is none. Since the last call the list may have grown, and an entry may have become nil
// or another one with the same key.
func placeOf[T any](p *places, n int, at func(place int) *entry[T], hash uint64, key string) int {
	if n <= few {
		for i := n - 1; i >= 0; i-- {
			if at(i).is(hash, key) {
				return i
			}
		}
		return -1
	}
	if 2*n > len(p.table) {
		size := 4 * few
		for size < 4*n {
			size *= 2
		}
		*p = places{table: make([]uint32, size)}
	}
	for ; p.known < n; p.known++ {
		if e := at(p.known); e != nil {
			*slotFor(p.table, at, e.hash, e.key) = uint32(p.known + 1)
		}
	}
	return int(*slotFor(p.table, at, hash, key)) - 1
}

// slotFor returns the slot of the table that has the key's place, or is free for it.
func slotFor[T any](table []uint32, at func(place int) *entry[T], hash uint64, key string) *uint32 {
	for i := hash; ; i++ {
		slot := &table[i%uint64(len(table))]
		if *slot == 0 || at(int(*slot)-1).is(hash, key) {
			return slot
		}
	}
}
