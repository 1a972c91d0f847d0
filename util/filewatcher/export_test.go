// SPDX-License-Identifier: Apache-2.0

package filewatcher

import "github.com/fsnotify/fsnotify"

// TestNotifier stands for the notifications of the system.
type TestNotifier struct {
	Add, Remove func(dir string) error
	Close       func() error
	Events      chan fsnotify.Event
	Errors      chan error
}

func opener(open func() (*TestNotifier, error)) func() (*notifier, error) {
	return func() (*notifier, error) {
		n, err := open()
		if err != nil {
			return nil, err
		}
		return &notifier{add: n.Add, remove: n.Remove, close: n.Close, events: n.Events, errors: n.Errors}, nil
	}
}

// WithNotifier makes Follow take notifications from what open returns.
func WithNotifier(open func() (*TestNotifier, error)) Option {
	return func(o *options) { o.open = opener(open) }
}

// NewTestWatcher is NewWatcher with notifications from what open returns.
func NewTestWatcher(open func() (*TestNotifier, error)) FileWatcher { return newWatcher(opener(open)) }

// PollEvery is how often files are read when changes may go unnoticed.
const PollEvery = pollEvery

// Readers returns how many readers there are for the files of a watcher.
func Readers(w FileWatcher) int {
	h := w.(*watcher).hub
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.readers)
}
