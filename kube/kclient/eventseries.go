// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"encoding/json"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"
)

const (
	seriesEndsAfter = 6 * time.Minute // without another event
	countsEvery     = time.Minute     // on the server
	eventsInBurst   = 25              // of one object
	eventEvery      = 5 * time.Minute // of one object, after the burst
	eventsWaiting   = 1000            // to be written; others are dropped
	eventAttempts   = 5
	lastEvents      = 5 * time.Second // for Shutdown
)

// seriesKey says which events are the same.
type seriesKey struct {
	regarding, related         corev1.ObjectReference
	kind, reason, action, note string
}

// series is an event and how often it happened. The fields are guarded by the writer's
// lock; event is replaced, never changed.
type series struct {
	event  *eventsv1.Event
	count  int32
	last   time.Time
	sent   int32       // the count that the server has; 0 before the event is written
	sentAt time.Time   // when that was
	queued bool        // or being written
	later  *time.Timer // puts it in the queue; nil if nothing is to be done
}

// limit is what an object may have of new events.
type limit struct {
	flowcontrol.PassiveRateLimiter

	last time.Time
}

func (w *eventWriter) record(key seriesKey, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.sweep(now)
	// An object's version is not part of what it is.
	same := key
	same.regarding.ResourceVersion, same.related.ResourceVersion = "", ""
	s := w.series[same]
	if s == nil || now.Sub(s.last) > seriesEndsAfter {
		if !w.mayBegin(same.regarding, now) {
			w.log.Debug("event dropped: too many of the object", "object", same.regarding.Name, "reason", key.reason)
			return
		}
		s = &series{event: w.newEvent(key, now)}
		w.series[same] = s
	}
	s.count++
	s.last = now
	w.plan(s, now)
}

// mayBegin reports whether an object may have another new event. The caller holds mu.
func (w *eventWriter) mayBegin(object corev1.ObjectReference, now time.Time) bool {
	l := w.limits[object]
	if l == nil {
		perSecond := float32(1 / eventEvery.Seconds())
		l = &limit{PassiveRateLimiter: flowcontrol.NewTokenBucketPassiveRateLimiter(perSecond, eventsInBurst)}
		w.limits[object] = l
	}
	l.last = now
	return l.TryAccept()
}

// sweep forgets what has ended, from time to time. The caller holds mu.
func (w *eventWriter) sweep(now time.Time) {
	if now.Sub(w.swept) < seriesEndsAfter {
		return
	}
	w.swept = now
	for key, s := range w.series {
		if now.Sub(s.last) > seriesEndsAfter && !s.queued && s.later == nil {
			delete(w.series, key)
		}
	}
	for object, l := range w.limits {
		if now.Sub(l.last) > eventsInBurst*eventEvery { // it is full again
			delete(w.limits, object)
		}
	}
}

// plan has the series written, now or as soon as it may be. The caller holds mu.
func (w *eventWriter) plan(s *series, now time.Time) {
	if s.queued || s.later != nil {
		return
	}
	if wait := s.sentAt.Add(countsEvery).Sub(now); s.sent > 0 && wait > 0 && !w.closed {
		s.later = time.AfterFunc(wait, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			if s.later != nil { // else Shutdown was faster
				s.later = nil
				w.enqueue(s)
			}
		})
		return
	}
	w.enqueue(s)
}

// enqueue puts the series in the queue and makes sure that somebody writes it. The
// caller holds mu.
func (w *eventWriter) enqueue(s *series) {
	if len(w.queue) >= eventsWaiting {
		w.log.Warn("event dropped: too many to be written", "object", s.event.Regarding.Name, "reason", s.event.Reason)
		return
	}
	s.queued = true
	w.queue = append(w.queue, s)
	if !w.writing {
		w.writing = true
		w.writes.Go(w.write)
	}
}

// write writes what is in the queue.
func (w *eventWriter) write() {
	for {
		w.mu.Lock()
		if len(w.queue) == 0 {
			w.writing, w.queue = false, nil
			w.mu.Unlock()
			return
		}
		s := w.queue[0]
		w.queue = w.queue[1:]
		event, count, last, sent := s.event, s.count, s.last, s.sent
		w.mu.Unlock()

		err := w.send(event, count, last, sent > 0)
		if err != nil {
			w.log.Warn("event cannot be written", "object", event.Regarding.Name, "reason", event.Reason, "error", err)
		}

		w.mu.Lock()
		s.queued, s.sentAt = false, time.Now()
		if err == nil {
			s.sent = count
			if s.count > count {
				w.plan(s, s.sentAt)
			}
		}
		w.mu.Unlock()
	}
}

// send writes a series; anew if it is not, or no longer, on the server.
func (w *eventWriter) send(event *eventsv1.Event, count int32, last time.Time, exists bool) error {
	times := &eventsv1.EventSeries{Count: count, LastObservedTime: metav1.NewMicroTime(last)}
	pause := time.Second
	for attempt := 1; ; attempt++ {
		var err error
		if exists {
			err = w.count(event, times)
			exists = !apierrors.IsNotFound(err)
		}
		if !exists {
			created := event.DeepCopy()
			if count > 1 {
				created.Series = times
			}
			if _, err = w.events.CreateCtx(w.ctx, created); apierrors.IsAlreadyExists(err) {
				err = nil // the answer of an earlier attempt was lost
			}
		}
		if err == nil || attempt == eventAttempts || !mayPass(err) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-w.ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		pause *= 2
	}
}

func (w *eventWriter) count(event *eventsv1.Event, times *eventsv1.EventSeries) error {
	patch, err := json.Marshal(map[string]any{"series": times})
	if err != nil {
		return err
	}
	_, err = w.events.PatchCtx(w.ctx, event.Name, event.Namespace, apitypes.MergePatchType, patch)
	return err
}

// mayPass reports whether a request that failed may succeed later: if it was not
// refused.
func mayPass(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		code := status.Status().Code
		return code >= 500 || code == 429
	}
	return true
}

func (w *eventWriter) shutdown() {
	w.mu.Lock()
	if !w.closed {
		for _, s := range w.series {
			if s.later != nil {
				s.later.Stop()
				s.later = nil
				w.enqueue(s)
			}
		}
	}
	w.closed = true
	w.mu.Unlock()
	stop := time.AfterFunc(lastEvents, w.cancel)
	w.writes.Wait()
	stop.Stop()
	w.cancel()
}
