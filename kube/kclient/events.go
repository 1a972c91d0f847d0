// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/types"
)

// longestNote is how many bytes of a note the server takes.
const longestNote = 1024

// EventRecorder writes what happens to objects as events of events.k8s.io/v1, where
// kubectl describe shows it. It never blocks and never fails: what cannot be written is
// logged. The same event again, within six minutes, counts up the one that there is, on
// the server at most once a minute; of different ones, an object can have 25 in a burst
// and one in five minutes for long. Copies are the same recorder. It is safe for
// concurrent use.
type EventRecorder struct {
	*eventWriter
}

// Event is something that happened.
type Event struct {
	// Regarding is the object that it happened to.
	Regarding runtime.Object
	// Related is another object that has to do with it, or nil.
	Related runtime.Object
	// Type is corev1.EventTypeNormal or EventTypeWarning.
	Type string
	// Reason is why it happened, as a CamelCase word for programs.
	Reason string
	// Action is what was done or failed, as such a word; the reason if it is empty.
	Action string
	// Note says it to people; what is longer than 1 KiB is cut off.
	Note string
}

// NewEventRecorder returns a recorder of what component does: a name as labels have,
// such as "example.com/cart-controller". Shutdown ends it. It panics if the client was
// given a scheme without events.
func NewEventRecorder(client kube.Client, component string) EventRecorder {
	instance := component
	if host, err := os.Hostname(); err == nil {
		instance += "-" + host
	}
	ctx, cancel := context.WithCancel(context.Background())
	return EventRecorder{&eventWriter{
		events:     NewWriteClient[*eventsv1.Event](client),
		types:      client.Types(),
		log:        client.Logger(),
		controller: component,
		instance:   cut(instance, 128), // which is what the server takes
		ctx:        ctx,
		cancel:     cancel,
		series:     map[seriesKey]*series{},
		limits:     map[corev1.ObjectReference]*limit{},
	}}
}

// Write records an event of a type, corev1.EventTypeNormal or EventTypeWarning, with a
// reason, a CamelCase word, and a text for people.
func (e *EventRecorder) Write(object runtime.Object, eventtype, reason, messageFmt string, args ...any) {
	e.Record(Event{Regarding: object, Type: eventtype, Reason: reason, Note: fmt.Sprintf(messageFmt, args...)})
}

// Record records an event. Objects whose kind neither they nor the client's types know
// are logged instead.
func (e *EventRecorder) Record(event Event) {
	regarding, err := e.reference(event.Regarding)
	if err != nil {
		e.log.Error("event cannot be recorded", "reason", event.Reason, "error", err)
		return
	}
	key := seriesKey{
		regarding: regarding, kind: event.Type, reason: event.Reason, action: event.Action, note: cut(event.Note, longestNote),
	}
	if event.Related != nil {
		if key.related, err = e.reference(event.Related); err != nil {
			e.log.Error("event cannot be recorded", "reason", event.Reason, "error", err)
			return
		}
	}
	if key.action == "" {
		key.action = key.reason
	}
	e.record(key, time.Now())
}

// Shutdown writes what is still to be written, for five seconds at most, and ends the
// recorder. What is recorded afterwards is dropped. It may be called more than once.
func (e *EventRecorder) Shutdown() { e.shutdown() }

// reference returns what an event says about an object.
func (e *EventRecorder) reference(obj runtime.Object) (corev1.ObjectReference, error) {
	o, ok := obj.(controllers.Object)
	if v := reflect.ValueOf(obj); !ok || v.Kind() == reflect.Pointer && v.IsNil() {
		return corev1.ObjectReference{}, fmt.Errorf("%T is no object", obj)
	}
	gvk := o.GetObjectKind().GroupVersionKind()
	if gvk.Empty() {
		info, err := e.types.ForType(reflect.TypeOf(obj))
		if err != nil {
			return corev1.ObjectReference{}, err
		}
		gvk = info.GVK
	}
	return corev1.ObjectReference{
		APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind,
		Namespace: o.GetNamespace(), Name: o.GetName(), UID: o.GetUID(), ResourceVersion: o.GetResourceVersion(),
	}, nil
}

// cut returns the text without what is after so many bytes.
func cut(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes], "")
}

// eventWriter writes events, one after the other, from a goroutine that exists while
// there are any.
type eventWriter struct {
	events     DirectClient[*eventsv1.Event]
	types      *types.Registry
	log        *slog.Logger
	controller string
	instance   string
	ctx        context.Context //nolint:containedctx // it ends with Shutdown, not with a call
	cancel     context.CancelFunc
	writes     sync.WaitGroup

	mu      sync.Mutex
	series  map[seriesKey]*series
	limits  map[corev1.ObjectReference]*limit
	swept   time.Time
	queue   []*series // what is to be written
	writing bool
	closed  bool
	named   int64 // the last name's number
}

// newEvent returns a series as the server is to have it, under a new name. The caller
// holds mu.
func (w *eventWriter) newEvent(key seriesKey, began time.Time) *eventsv1.Event {
	namespace := key.regarding.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	w.named = max(w.named+1, began.UnixNano()) // clocks are coarse
	event := &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace,
			Name:      fmt.Sprintf("%s.%x", cut(key.regarding.Name, 230), w.named), // 253 in all
		},
		EventTime:           metav1.NewMicroTime(began),
		ReportingController: w.controller,
		ReportingInstance:   w.instance,
		Action:              key.action,
		Reason:              key.reason,
		Regarding:           key.regarding,
		Note:                key.note,
		Type:                key.kind,
	}
	if key.related != (corev1.ObjectReference{}) {
		event.Related = &key.related
	}
	return event
}
