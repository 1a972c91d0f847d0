// SPDX-License-Identifier: Apache-2.0

package statedb

import (
	"iter"
	"sync"

	"github.com/cilium/statedb"
	"github.com/cilium/statedb/index"

	"github.com/krtkit/krtkit/benchmarks/engines/peer"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

// Suite returns the scenarios.
func Suite() scenario.Suite {
	return peer.Suite("statedb", func(objects []scenario.Object) peer.Deriver {
		d := &tables{db: statedb.New(), name: byName(), stop: make(chan struct{})}
		must(d.db.Start())
		d.source = d.table("source")
		d.Replace(objects)
		return d
	})
}

type change = statedb.Change[*scenario.Object]

type tables struct {
	db              *statedb.DB
	name            statedb.Index[*scenario.Object, string]
	source, derived statedb.RWTable[*scenario.Object]
	stop            chan struct{}
	followers       sync.WaitGroup
}

// byName is the primary index.
func byName() statedb.Index[*scenario.Object, string] {
	return statedb.Index[*scenario.Object, string]{
		Name:       "name",
		FromObject: func(o *scenario.Object) index.KeySet { return index.NewKeySet(index.String(o.Name)) },
		FromKey:    index.String,
		Unique:     true,
	}
}

// byNamespace is the secondary index.
func byNamespace() statedb.Index[*scenario.Object, string] {
	return statedb.Index[*scenario.Object, string]{
		Name:       "namespace",
		FromObject: func(o *scenario.Object) index.KeySet { return index.NewKeySet(index.String(o.Namespace())) },
		FromKey:    index.String,
	}
}

func (t *tables) table(name string, indexes ...statedb.Indexer[*scenario.Object]) statedb.RWTable[*scenario.Object] {
	return statedb.MustNewTableAny(t.db, name,
		func() []string { return []string{"Name"} },
		func(o *scenario.Object) []string { return []string{o.Name} },
		t.name, indexes...)
}

// Derive implements [peer.Deriver].
func (t *tables) Derive(indexed bool, told func(n int)) {
	if indexed {
		t.derived = t.table("derived", byNamespace())
	} else {
		t.derived = t.table("derived")
	}
	txn := t.db.WriteTxn(t.source, t.derived)
	sources, err := t.source.Changes(txn)
	must(err)
	results, err := t.derived.Changes(txn)
	must(err)
	txn.Commit()

	left, complete := t.source.NumObjects(t.db.ReadTxn()), make(chan struct{})
	if left == 0 {
		close(complete)
	}
	t.follow(sources, t.derive)
	t.follow(results, func(changes iter.Seq2[change, statedb.Revision]) {
		n := 0
		for range changes {
			n++
		}
		switch {
		case n == 0:
		case left > 0:
			if left -= n; left == 0 {
				close(complete)
			}
		default:
			told(n)
		}
	})
	<-complete
}

// derive writes what follows from changes of the first table, in one transaction.
func (t *tables) derive(changes iter.Seq2[change, statedb.Revision]) {
	var txn statedb.WriteTxn
	for c := range changes {
		if txn == nil {
			txn = t.db.WriteTxn(t.derived)
		}
		d := c.Object.Derived() // nothing is ever deleted
		if old, _, ok := t.derived.Get(txn, t.name.Query(d.Name)); !ok || *old != d {
			_, _, err := t.derived.Insert(txn, &d)
			must(err)
		}
	}
	if txn != nil {
		txn.Commit()
	}
}

// follow calls f with what has changed, which may be nothing, again and again, until it
// is closed.
func (t *tables) follow(it statedb.ChangeIterator[*scenario.Object], f func(changes iter.Seq2[change, statedb.Revision])) {
	t.followers.Go(func() {
		defer it.Close()
		for {
			changes, more := it.Next(t.db.ReadTxn())
			f(changes)
			select {
			case <-more:
			case <-t.stop:
				return
			}
		}
	})
}

// Set implements [peer.Deriver].
func (t *tables) Set(o scenario.Object) {
	txn := t.db.WriteTxn(t.source)
	_, _, err := t.source.Insert(txn, &o)
	must(err)
	txn.Commit()
}

// Replace implements [peer.Replacer].
func (t *tables) Replace(objects []scenario.Object) {
	txn := t.db.WriteTxn(t.source)
	for _, o := range objects {
		_, _, err := t.source.Insert(txn, &o)
		must(err)
	}
	txn.Commit()
}

// Get implements [peer.Replacer].
func (t *tables) Get(name string) (scenario.Object, bool) {
	o, _, ok := t.derived.Get(t.db.ReadTxn(), t.name.Query(name))
	if !ok {
		return scenario.Object{}, false
	}
	return *o, true
}

// Derived implements [peer.Deriver].
func (t *tables) Derived() []scenario.Object {
	var out []scenario.Object
	for o := range t.derived.All(t.db.ReadTxn()) {
		out = append(out, *o)
	}
	return out
}

// Close implements [peer.Deriver].
func (t *tables) Close() {
	close(t.stop)
	t.followers.Wait()
	must(t.db.Stop())
}

// must is for errors that only a mistake in here can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
