// SPDX-License-Identifier: Apache-2.0

package api

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

const (
	// bookmarkEvery is how often a watch that allows it is told the present resourceVersion.
	bookmarkEvery = time.Minute
	// maxChunk is about how much of a watch is written at once.
	maxChunk = 64 << 10
)

// watcher writes one watch.
type watcher struct {
	h         *Handler
	r         *request
	sel       *selection
	enc       *encoder
	cursor    *store.Cursor
	from      uint64
	initial   []*object.Item // what is there at the start, if the client wants to know
	endMark   bool           // tell the client where the initial items end
	bookmarks bool
	timeout   time.Duration
	buf       []byte
	headers   bool // the columns of a table were written
	pace      Pace
}

func (h *Handler) watch(r *request) (*Response, error) {
	if !r.info.Allows("watch") {
		return nil, notAllowed(r)
	}
	sel, err := newSelection(r)
	if err != nil {
		return nil, err
	}
	w := &watcher{h: h, r: r, sel: sel, enc: newEncoder(r.info, r.out), bookmarks: r.flag("allowWatchBookmarks")}
	if text := r.query.Get("timeoutSeconds"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("timeoutSeconds: Invalid value: %q: %v", text, err))
		}
		w.timeout = time.Duration(seconds) * time.Second
	}
	if err := w.start(); errors.Is(err, store.ErrExpired) {
		// As on the real server, a watch that cannot begin is one that ends with an error.
		expired := tooOld(w.from, h.store.Version())
		return w.response(func(_ context.Context, out io.Writer, _ Pace) error {
			w.fail(out, expired)
			return nil
		}), nil
	} else if err != nil {
		return nil, h.refusal(r, r.name, err)
	}
	return w.response(w.run), nil
}

func (w *watcher) response(stream func(context.Context, io.Writer, Pace) error) *Response {
	contentType := jsonType
	if w.enc.proto {
		contentType = protoType + ";stream=watch"
	}
	resp := newResponse(http.StatusOK, contentType)
	resp.Header.Set("Cache-Control", "no-cache, private")
	resp.Stream = stream
	return resp
}

// start finds out where the watch begins.
func (w *watcher) start() error {
	text := w.r.query.Get("resourceVersion")
	version, err := parseVersion(text)
	if err != nil {
		return err
	}
	w.from = version
	sendInitial, stated := w.r.flag("sendInitialEvents"), w.r.query.Has("sendInitialEvents")
	match := w.r.query.Get("resourceVersionMatch")
	switch {
	case stated && match != string(metav1.ResourceVersionMatchNotOlderThan):
		return invalidOptions("ListOptions", field.Forbidden(field.NewPath("resourceVersionMatch"), "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
	case !stated && match != "":
		return invalidOptions("ListOptions", field.Forbidden(field.NewPath("resourceVersionMatch"), "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
	}
	if now := w.h.store.Version(); version > now {
		return tooLarge(version, now)
	}
	switch {
	case sendInitial || !stated && version == 0:
		items, now, cursor, err := w.r.table.ListAndWatch(w.r.namespace)
		if err != nil {
			return err
		}
		w.initial, w.from, w.cursor = w.sel.filter(items), now, cursor
		w.endMark = stated && w.bookmarks
	case version == 0:
		_, now, cursor, err := w.r.table.ListAndWatch(w.r.namespace)
		if err != nil {
			return err
		}
		w.from, w.cursor = now, cursor
	default:
		w.cursor, err = w.r.table.Watch(version)
		return err
	}
	return nil
}

// run writes events until the watch ends.
func (w *watcher) run(ctx context.Context, out io.Writer, pace Pace) error {
	defer w.cursor.Close()
	w.pace = pace
	if err := w.writeInitial(ctx, out); err != nil {
		return w.finish(out, err)
	}
	var timeout <-chan time.Time
	if w.timeout > 0 {
		timer := time.NewTimer(w.timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	var tick <-chan time.Time
	if w.bookmarks {
		ticker := time.NewTicker(bookmarkEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	due := false // a bookmark is
	for ctx.Err() == nil {
		events, upTo, more, err := w.cursor.Next()
		if err == nil {
			w.from = upTo
			err = w.write(ctx, out, events)
		}
		if err == nil && due {
			due = false
			err = w.bookmark(out, upTo, false)
		}
		if err != nil {
			return w.finish(out, err)
		}
		if more == nil {
			continue
		}
		select {
		case <-more:
		case err := <-pace.End():
			return w.finish(out, err)
		case <-ctx.Done():
			return nil
		case <-timeout:
			return nil
		case <-tick:
			due = true
		}
	}
	return nil
}

// brokenError ends a watch without an event, as a broken connection does.
type brokenError struct{ error }

// finish ends the watch for a reason, and returns an error if that is a broken connection.
func (w *watcher) finish(out io.Writer, err error) error {
	if broken, ok := errors.AsType[brokenError](err); ok {
		return broken.error
	}
	w.fail(out, err)
	return nil
}

// errClient is that the client went away.
var errClient = errors.New("client is gone")

// fail ends the watch with an error event, unless there is nobody to tell.
func (w *watcher) fail(out io.Writer, err error) {
	switch {
	case errors.Is(err, errClient), errors.Is(err, store.ErrClosed):
		return
	case errors.Is(err, store.ErrExpired):
		err = tooOld(w.from, w.h.store.Version())
	}
	w.buf = w.buf[:0]
	body, encodeErr := w.enc.status(err)
	if encodeErr != nil {
		return
	}
	if w.frame(watch.Error, body) != nil {
		return
	}
	_ = w.flush(out)
}

func (w *watcher) flush(out io.Writer) error {
	if len(w.buf) == 0 {
		return nil
	}
	_, err := out.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		return errClient
	}
	return nil
}

func (w *watcher) writeInitial(ctx context.Context, out io.Writer) error {
	for _, it := range w.initial {
		if err := w.tell(ctx, out, watch.Added, it, true); err != nil {
			return err
		}
	}
	w.initial = nil
	if w.endMark {
		return w.bookmark(out, w.from, true)
	}
	return w.flush(out)
}

// write tells the client what the changes mean to its selection.
func (w *watcher) write(ctx context.Context, out io.Writer, events []*store.Event) error {
	for _, e := range events {
		before, after := w.sel.matches(e.Prev), !e.Deleted && w.sel.matches(e.Item)
		var err error
		switch {
		case before && after:
			err = w.tell(ctx, out, watch.Modified, e.Item, false)
		case after:
			err = w.tell(ctx, out, watch.Added, e.Item, false)
		case before:
			err = w.tell(ctx, out, watch.Deleted, e.Left(), false)
		}
		if err != nil {
			return err
		}
	}
	return w.flush(out)
}

// tell writes an event at the watch's pace.
func (w *watcher) tell(ctx context.Context, out io.Writer, kind watch.EventType, it *object.Item, initial bool) error {
	if !w.pace.Disturbs() {
		return w.event(out, kind, it)
	}
	// What was told so far comes first, however long the pace takes.
	if err := w.flush(out); err != nil {
		return err
	}
	err := w.pace.Event(ctx, initial)
	var known apierrors.APIStatus
	switch {
	case err == nil:
		return w.event(out, kind, it)
	case ctx.Err() != nil:
		return errClient
	case errors.As(err, &known):
		return err
	}
	body, bodyErr := w.body(it)
	if bodyErr == nil {
		bodyErr = w.frame(kind, body...)
	}
	w.buf = w.buf[:len(w.buf)/2]
	return cmp.Or(bodyErr, w.flush(out), error(brokenError{err}))
}

func (w *watcher) event(out io.Writer, kind watch.EventType, it *object.Item) error {
	body, err := w.body(it)
	if err != nil {
		return err
	}
	if err := w.frame(kind, body...); err != nil {
		return err
	}
	if len(w.buf) < maxChunk {
		return nil
	}
	return w.flush(out)
}

func (w *watcher) body(it *object.Item) ([][]byte, error) {
	if w.enc.shape != table {
		return w.enc.object(it)
	}
	body, err := w.h.rowOf(w.r, it, !w.headers)
	w.headers = true
	return body, err
}

// bookmark tells the client a resourceVersion up to which it knows everything.
func (w *watcher) bookmark(out io.Writer, version uint64, initialEnd bool) error {
	obj := w.r.info.New()
	if u, ok := obj.(*unstructured.Unstructured); ok {
		u.SetGroupVersionKind(w.r.info.Kind.GVK)
	}
	obj.SetResourceVersion(strconv.FormatUint(version, 10))
	if initialEnd {
		obj.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	}
	if err := w.event(out, watch.Bookmark, w.r.info.Item(obj)); err != nil {
		return err
	}
	return w.flush(out)
}

// frame appends one event to the buffer.
func (w *watcher) frame(kind watch.EventType, body ...[]byte) error {
	if w.enc.proto {
		event := metav1.WatchEvent{Type: string(kind), Object: runtime.RawExtension{Raw: join(body)}}
		message, err := event.Marshal()
		if err != nil {
			return fmt.Errorf("encoding a watch event: %w", err)
		}
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(len(message))) //nolint:gosec // a message's length
		w.buf = append(w.buf, message...)
		return nil
	}
	name, err := json.Marshal(kind)
	if err != nil {
		return fmt.Errorf("encoding a watch event: %w", err)
	}
	w.buf = append(append(w.buf, `{"type":`...), name...)
	w.buf = append(w.buf, `,"object":`...)
	for _, chunk := range body {
		w.buf = append(w.buf, chunk...)
	}
	w.buf = append(w.buf, "}\n"...)
	return nil
}
