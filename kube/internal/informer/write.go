// SPDX-License-Identifier: Apache-2.0

package informer

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/cache"
)

// writer is the side of a Shared that the reflector writes to. It implements
// cache.TransformingStore.
type writer struct{ *Shared }

// Add stores an object and tells the handlers.
func (w writer) Add(obj any) error { return w.watched(w.upsert, obj) }

// Update stores an object and tells the handlers.
func (w writer) Update(obj any) error { return w.watched(w.upsert, obj) }

// Delete removes an object and tells the handlers. obj is its last state.
func (w writer) Delete(obj any) error { return w.watched(w.remove, obj) }

// Bookmark notes that there was no other change up to the version. It implements
// cache.ReflectorBookmarkStore.
func (w writer) Bookmark(version string) error {
	w.retries.reset()
	w.progress.advance(version, false)
	return nil
}

// watched carries out a change that was watched and logs if it cannot be. There is
// nothing that the reflector could do about it; it would sleep and log, both in ways of
// its own.
func (w writer) watched(change func(any) error, obj any) error {
	w.retries.reset()
	version := versionOf(obj) // a transform may take it away
	err := change(obj)
	w.progress.advance(version, false)
	if err != nil && !errors.Is(err, errStopped) {
		w.config.Logger.Error("watched object cannot be cached, its last state stays", "error", err)
	}
	return nil
}

func (w writer) upsert(obj any) error {
	obj, key, err := w.transformed(obj)
	if err != nil {
		return err
	}
	defer w.mutations.report()
	w.writing.Lock()
	defer w.writing.Unlock()
	old, _, err := w.store.GetByKey(key)
	if err != nil {
		return err
	}
	return w.commit(batch{changes: []change{{key: key, old: old, new: obj}}})
}

func (w writer) remove(obj any) error {
	final, key, err := w.transformed(obj)
	if err != nil {
		// A deletion must not be lost because its last state cannot be shown.
		final = nil
		if key, err = cache.DeletionHandlingMetaNamespaceKeyFunc(obj); err != nil {
			return err
		}
	}
	defer w.mutations.report()
	w.writing.Lock()
	defer w.writing.Unlock()
	old, exists, err := w.store.GetByKey(key)
	if err != nil || !exists {
		return err
	}
	if final == nil {
		final = old
	}
	return w.commit(batch{changes: []change{{key: key, old: old, final: final}}})
}

// Replace makes the store hold exactly these objects and tells the handlers what
// that changes. Objects of the resource version that is stored are not changes.
func (w writer) Replace(objects []any, version string) error {
	incoming := make(map[string]any, len(objects))
	for _, obj := range objects {
		obj, key, err := w.transformed(obj)
		if err != nil {
			return err
		}
		incoming[key] = obj
	}
	defer w.mutations.report()
	w.writing.Lock()
	defer w.writing.Unlock()
	b := batch{initial: !w.isSynced, complete: !w.isSynced, changes: make([]change, 0, len(incoming))}
	for _, old := range w.store.List() {
		key := keyOf(old)
		obj, remains := incoming[key]
		switch {
		case !remains:
			b.changes = append(b.changes, change{key: key, old: old, final: old})
		case !sameVersion(old, obj):
			b.changes = append(b.changes, change{key: key, old: old, new: obj})
		}
		delete(incoming, key)
	}
	for key, obj := range incoming {
		b.changes = append(b.changes, change{key: key, new: obj})
	}
	if err := w.commit(b); err != nil {
		return err
	}
	w.setLastError(nil)
	w.retries.filled()
	w.progress.advance(version, version != "")
	return nil
}

// Resync does nothing: handlers are not told again what they know.
func (w writer) Resync() error { return nil }

// Transformer returns the transform for the reflector's own store, in which it
// collects what a server streams. Objects that cannot be transformed are left as
// they are there: Replace then reports the error.
func (w writer) Transformer() cache.TransformFunc {
	if w.transform == nil {
		return nil
	}
	return func(obj any) (any, error) {
		changed, _, err := w.transformed(obj)
		if err != nil {
			return obj, nil //nolint:nilerr // Replace transforms again and reports the error
		}
		return changed, nil
	}
}

// transformed returns the object as it is to be stored, and its key.
func (w writer) transformed(obj any) (any, string, error) {
	key, err := cache.MetaNamespaceKeyFunc(obj)
	if err != nil {
		return nil, "", fmt.Errorf("%s: key of %T: %w", w.config.Name, obj, err)
	}
	if w.transform == nil {
		return obj, key, nil
	}
	changed, err := w.transform(obj)
	if err != nil {
		return nil, "", fmt.Errorf("%s: transform %s: %w", w.config.Name, key, err)
	}
	changedKey, err := cache.MetaNamespaceKeyFunc(changed)
	if err != nil {
		return nil, "", fmt.Errorf("%s: transform %s: result is no object: %w", w.config.Name, key, err)
	}
	if changedKey != key {
		return nil, "", fmt.Errorf("%s: transform %s: result is called %s", w.config.Name, key, changedKey)
	}
	return changed, key, nil
}

// commit carries out the changes in the store and the indexes and hands them to
// the handlers. The caller holds writing.
func (w writer) commit(b batch) error {
	w.mutations.observe(b.changes)
	keys := make([][][]string, len(w.indexes)) // by index, by change
	for i, ix := range w.indexes {
		keys[i] = make([][]string, len(b.changes))
		for j, c := range b.changes {
			if c.new != nil {
				keys[i][j] = ix.extract(c.new)
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return errStopped
	}
	for _, c := range b.changes {
		if err := w.apply(c); err != nil {
			return fmt.Errorf("%s: store %s: %w", w.config.Name, c.key, err)
		}
	}
	for i, ix := range w.indexes {
		for j, c := range b.changes {
			ix.set(c.key, c.new, keys[i][j])
		}
	}
	if b.complete {
		w.isSynced = true
		close(w.synced)
	}
	if len(b.changes) == 0 && !b.complete {
		return nil
	}
	for h := range w.handlers {
		h.enqueue(b)
	}
	return nil
}

func (w writer) apply(c change) error {
	if c.new == nil {
		return w.store.Delete(c.old)
	}
	return w.store.Update(c.new)
}

// sameVersion reports whether a and b are the same state of the same object.
func sameVersion(a, b any) bool {
	ma, errA := meta.Accessor(a)
	mb, errB := meta.Accessor(b)
	if errA != nil || errB != nil {
		return false
	}
	return ma.GetResourceVersion() != "" && ma.GetResourceVersion() == mb.GetResourceVersion() &&
		ma.GetUID() == mb.GetUID()
}

// versionOf returns the resource version of an object, empty if it has none.
func versionOf(obj any) string {
	m, err := meta.Accessor(obj)
	if err != nil {
		return ""
	}
	return m.GetResourceVersion()
}
