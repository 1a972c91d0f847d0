// SPDX-License-Identifier: Apache-2.0

package krt

import (
	"fmt"
	"slices"
)

// begin begins to settle the turns of a run.
func (d *derived[I, O]) begin() {
	d.batch.begin(&d.stream)
	if d.status != nil {
		d.status.begin()
	}
}

// settle works out what the turns change, and notes what each input became and
// depends on.
func (d *derived[I, O]) settle() {
	b := &d.batch
	for i := range d.turns {
		t := &d.turns[i]
		before := b.changes
		changed := d.settleTurn(b, t) || b.changes > before
		if !t.gone {
			if d.calls++; !changed {
				d.idle++
			}
		}
	}
}

// settleTurn does so for one input. It reports whether the input's status is a
// change.
func (d *derived[I, O]) settleTurn(b *batch[O], t *turn[I, O]) (status bool) {
	old := d.outputsOf(b, t)
	if t.gone || t.again {
		for _, e := range old {
			b.remove(e)
		}
		old = nil
	}
	if t.gone {
		d.withdraw(t)
		d.faults.forgive(t.in.key)
		if t.rec != nil {
			d.forget(t.rec)
		}
		return d.status != nil && d.status.settle(t.in.key, nil, nil, false)
	}
	made := d.entriesOf(t)
	if t.keepsFormer(made) {
		d.note(t, nil, t.rec != nil && len(t.rec.outputs()) > 0)
		return d.status != nil && t.again && d.status.settle(t.in.key, nil, nil, false)
	}
	if d.status != nil {
		status = d.status.settle(t.in.key, t.in, t.status, t.again)
	}
	for _, e := range old {
		if !slices.ContainsFunc(made, func(m *entry[O]) bool { return m.key == e.key }) {
			b.remove(e)
		}
	}
	d.withdraw(t)
	var foreign []string
	for _, e := range made {
		if e.key != t.in.key {
			foreign = append(foreign, e.key)
		}
	}
	d.note(t, foreign, false)
	for _, e := range made {
		if e.key != t.in.key {
			e.from = t.rec
		}
		if i := slices.IndexFunc(old, func(o *entry[O]) bool { return o.key == e.key }); i >= 0 {
			b.replace(old[i], e)
			continue
		}
		if loser := b.put(e); loser != nil && loser.from != e.from {
			if EnableAssertions && d.loaded && !slices.ContainsFunc(d.turns, func(t turn[I, O]) bool { return t.in.key == loser.input() }) {
				panic(fmt.Sprintf("duplicate mapping: collection %q: inputs %q and %q both became %q", d.stream.node.Name(), loser.input(), e.input(), e.key))
			}
			d.lost(loser)
		}
	}
	return status
}

// keepsFormer reports whether what the input became before stays, for all that was
// made of it now.
func (t *turn[I, O]) keepsFormer(made []*entry[O]) bool {
	return t.discard && (len(made) == 0 || t.known && !t.again)
}

// entriesOf returns what the transformation returned, as entries with unique keys; none
// if the keys cannot be found out. The slice is good until the next call.
func (d *derived[I, O]) entriesOf(t *turn[I, O]) (made []*entry[O]) {
	if d.faults.handler == nil {
		return d.mustEntriesOf(t)
	}
	if !t.failed && !d.faults.contain(t.in.key, func() { made = d.mustEntriesOf(t) }) {
		made, t.failed, t.discard = nil, true, true
	}
	return made
}

// mustEntriesOf is entriesOf without a handler of panics.
func (d *derived[I, O]) mustEntriesOf(t *turn[I, O]) []*entry[O] {
	entryOf := func(o *O) *entry[O] {
		e := &entry[O]{val: *o}
		if key := d.keyOf(&e.val); key != t.in.key {
			e.setKey(key)
		} else {
			e.key, e.hash = t.in.key, t.in.hash // one string for both
		}
		return e
	}
	out := d.made[:0]
	if t.one != nil {
		out = append(out, entryOf(t.one))
	}
	if len(t.many) < 2 {
		for i := range t.many {
			out = append(out, entryOf(&t.many[i]))
		}
		d.made = out
		return out
	}
	place := make(map[string]int, len(t.many))
	for i := range t.many {
		e := entryOf(&t.many[i])
		if j, twice := place[e.key]; twice {
			out[j] = e // the last one counts
			continue
		}
		place[e.key] = len(out)
		out = append(out, e)
	}
	d.made = out
	return out
}

// keyOf returns the key of an output. The object of a singleton need not have one.
func (d *derived[I, O]) keyOf(o *O) string {
	if d.primary == nil && d.one != nil {
		return keyOrAny(o)
	}
	return keyOf(o)
}

// note notes what an input fetched, and the keys of its outputs that are not its
// own key, unless those stay. An input of which that leaves nothing to know is
// forgotten.
func (d *derived[I, O]) note(t *turn[I, O], outputs []string, stay bool) {
	if len(t.fetches) == 0 && len(outputs) == 0 && !stay {
		if t.rec != nil {
			d.forget(t.rec)
			t.rec = nil
		}
		return
	}
	d.records.Lock()
	defer d.records.Unlock()
	if t.rec == nil {
		t.rec = &input{key: t.in.key}
		d.inputs.Put(tableOwner, t.rec)
	}
	if !stay {
		t.rec.setOutputs(outputs)
	}
	d.depend(t.rec, t.fetches)
}

// forget forgets an input of which nothing else is to be known.
func (d *derived[I, O]) forget(rec *input) {
	d.records.Lock()
	defer d.records.Unlock()
	d.depend(rec, nil)
	d.inputs.Delete(tableOwner, rec)
}

// outputsOf returns what the input became in its last run. The slice is good until
// the next call.
func (d *derived[I, O]) outputsOf(b *batch[O], t *turn[I, O]) []*entry[O] {
	if !d.loaded {
		return nil // there was none
	}
	out := d.old[:0]
	if e, ok := b.find(t.in.hash, t.in.key); ok && e.from == nil {
		out = append(out, e)
	}
	if t.rec != nil {
		for _, k := range t.rec.outputs() {
			if e, ok := b.get(k); ok && e.from == t.rec {
				out = append(out, e)
			}
		}
	}
	d.old = out
	return out
}

// lost notes that an input's output was replaced by one of another input, with
// the same key. Should that go, the input will be transformed again.
func (d *derived[I, O]) lost(e *entry[O]) {
	by := e.input()
	if d.losers == nil {
		d.losers = map[string][]string{}
	}
	if !slices.Contains(d.losers[e.key], by) {
		d.losers[e.key] = append(d.losers[e.key], by)
	}
}

// withdraw takes an input back from those whose outputs gave way: what it makes from now
// on is not what it made.
func (d *derived[I, O]) withdraw(t *turn[I, O]) {
	if len(d.losers) == 0 {
		return
	}
	from := func(output string) {
		losers := slices.DeleteFunc(d.losers[output], func(by string) bool { return by == t.in.key })
		if d.losers[output] = losers; len(losers) == 0 {
			delete(d.losers, output)
		}
	}
	from(t.in.key)
	if t.rec != nil {
		for _, key := range t.rec.outputs() {
			from(key)
		}
	}
}

// given returns the keys of outputs of the input that another's had given way to, if
// it does not make them any more.
func (d *derived[I, O]) given(t *turn[I, O]) (keys []string) {
	for _, e := range d.outputsOf(&d.batch, t) {
		if d.losers[e.key] != nil {
			keys = append(keys, e.key)
		}
	}
	if len(keys) == 0 || t.gone {
		return keys
	}
	made := d.entriesOf(t)
	if t.keepsFormer(made) && !t.again {
		return nil
	}
	return slices.DeleteFunc(keys, func(key string) bool {
		return slices.ContainsFunc(made, func(e *entry[O]) bool { return e.key == key })
	})
}
