// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

// flaky is a transport whose requests fail as long as it is down.
type flaky struct {
	inner http.RoundTripper
	down  atomic.Bool
	posts atomic.Int32
}

func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		f.posts.Add(1)
		if f.down.Load() {
			return &http.Response{
				StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r,
			}, nil
		}
	}
	return f.inner.RoundTrip(r)
}

type recording struct {
	t        *testing.T
	client   kube.Client
	wire     *flaky
	recorder kclient.EventRecorder
}

// recorded runs f with a recorder on a fake server.
func recorded(t *testing.T, f func(r recording)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		shop := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
		fallback := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
		server := kubefake.NewServer(shop, fallback)
		defer server.Close()
		wire := &flaky{inner: server.Transport()}
		config := server.RESTConfig()
		config.Transport = wire
		client, err := kube.New(config, kube.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Shutdown()
		recorder := kclient.NewEventRecorder(client, "example.com/cart")
		defer recorder.Shutdown()
		f(recording{t, client, wire, recorder})
	})
}

// counts returns the notes of the events on the server with how often they happened.
func (r recording) counts() map[string]int32 {
	r.t.Helper()
	synctest.Wait()
	got := map[string]int32{}
	events := kclient.NewWriteClient[*eventsv1.Event](r.client)
	for e, err := range kclient.AllLive(r.t.Context(), events, "", metav1.ListOptions{}) {
		if err != nil {
			r.t.Fatal(err)
		}
		n := int32(1)
		if e.Series != nil {
			n = e.Series.Count
		}
		got[e.Note] += n
	}
	return got
}

func (r recording) expect(want map[string]int32) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.counts()); diff != "" {
		r.t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

func cart() *corev1.Pod {
	p := pod("shop", "cart")
	p.UID = "u1"
	return p
}

func TestEventRecorder_writesWhatHappened(t *testing.T) {
	recorded(t, func(r recording) {
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}}
		r.recorder.Record(kclient.Event{
			Regarding: cart(), Related: node, Type: corev1.EventTypeWarning, Reason: "Full", Action: "Moving", Note: "cart is full",
		})
		r.recorder.Write(node, corev1.EventTypeNormal, "Ready", "%s is ready", "node")
		synctest.Wait()
		events := kclient.NewWriteClient[*eventsv1.Event](r.client)
		page, err := events.ListLive(t.Context(), "", metav1.ListOptions{})
		if err != nil || len(page.Items) != 2 {
			t.Fatalf("events are %v, %v", page.Items, err)
		}
		ofNode, ofCart := page.Items[0], page.Items[1]
		if ofNode.Namespace != "default" || ofNode.Note != "node is ready" || ofNode.Action != "Ready" || ofNode.Related != nil ||
			ofNode.Regarding.Kind != "Node" {
			t.Errorf("event of the node is %v", ofNode)
		}
		want := eventsv1.Event{
			EventTime: ofCart.EventTime, ReportingController: "example.com/cart", ReportingInstance: ofCart.ReportingInstance,
			Action: "Moving", Reason: "Full", Note: "cart is full", Type: "Warning",
			Regarding: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: "shop", Name: "cart", UID: "u1"},
			Related:   &corev1.ObjectReference{APIVersion: "v1", Kind: "Node", Name: "n1"},
		}
		if !strings.HasPrefix(ofCart.Name, "cart.") || !strings.HasPrefix(ofCart.ReportingInstance, "example.com/cart") ||
			!ofCart.EventTime.Time.Equal(time.Now()) {
			t.Errorf("event of the pod is %v", ofCart)
		}
		ofCart.ObjectMeta, ofCart.TypeMeta = metav1.ObjectMeta{}, metav1.TypeMeta{}
		if diff := cmp.Diff(want, *ofCart); diff != "" {
			t.Errorf("event mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestEventRecorder_countsWhatHappensAgainAtMostOnceAMinute(t *testing.T) {
	recorded(t, func(r recording) {
		again := func(n int) {
			for range n {
				r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full")
			}
		}
		again(1)
		r.expect(map[string]int32{"full": 1})
		again(1000)
		r.expect(map[string]int32{"full": 1})
		time.Sleep(time.Minute)
		r.expect(map[string]int32{"full": 1001})
		again(10)
		time.Sleep(time.Minute)
		r.expect(map[string]int32{"full": 1011})
		if n := r.wire.posts.Load(); n != 3 {
			t.Errorf("%d writes, want 3", n)
		}

		// After a pause it is another event.
		time.Sleep(10 * time.Minute)
		again(1)
		r.expect(map[string]int32{"full": 1012})
		events := kclient.NewWriteClient[*eventsv1.Event](r.client)
		page, err := events.ListLive(t.Context(), "shop", metav1.ListOptions{})
		if err != nil || len(page.Items) != 2 {
			t.Errorf("events are %v, %v; want two", page.Items, err)
		}

		// The server forgets events after a while; then the series is written anew.
		again(1)
		if err := events.DeleteCollectionCtx(t.Context(), "shop", metav1.ListOptions{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r.expect(map[string]int32{"full": 2})
	})
}

func TestEventRecorder_limitsWhatOneObjectSays(t *testing.T) {
	recorded(t, func(r recording) {
		for i := range 100 {
			r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full %d", i)
		}
		other := cart()
		other.Name = "other"
		r.recorder.Write(other, corev1.EventTypeNormal, "Full", "other")
		got := r.counts()
		if len(got) != 26 || got["other"] != 1 {
			t.Errorf("%d events, want 25 of the one object and one of the other: %v", len(got), got)
		}
		time.Sleep(5*time.Minute + time.Second)
		for i := range 10 {
			r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "later %d", i)
		}
		if got := r.counts(); len(got) != 27 {
			t.Errorf("%d events after five minutes, want one more", len(got))
		}
	})
}

func TestEventRecorder_triesAgainUntilTheServerIsThere(t *testing.T) {
	recorded(t, func(r recording) {
		r.wire.down.Store(true)
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full")
		time.Sleep(2 * time.Second)
		r.expect(map[string]int32{})
		r.wire.down.Store(false)
		time.Sleep(10 * time.Second)
		r.expect(map[string]int32{"full": 1})

		// What happens while an event is being written counts too.
		r.wire.down.Store(true)
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "again")
		time.Sleep(time.Second / 2)
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "again")
		r.wire.down.Store(false)
		time.Sleep(2 * time.Minute)
		r.expect(map[string]int32{"full": 1, "again": 2})

		before := r.wire.posts.Load()
		r.recorder.Write(pod("nowhere", "x"), corev1.EventTypeNormal, "Full", "no such namespace")
		time.Sleep(time.Minute)
		if n := r.wire.posts.Load() - before; n != 1 {
			t.Errorf("what the server refuses was sent %d times, want once", n)
		}
	})
}

func TestEventRecorder_shutdownWritesWhatIsLeft(t *testing.T) {
	recorded(t, func(r recording) {
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full")
		synctest.Wait()
		for range 4 {
			r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full")
		}
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Gone", "gone")
		r.recorder.Shutdown()
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Late", "late")
		r.expect(map[string]int32{"full": 5, "gone": 1})
	})
	recorded(t, func(r recording) {
		r.wire.down.Store(true)
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Full", "full")
		began := time.Now()
		r.recorder.Shutdown()
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("Shutdown took %v with a server that is down, want 5 s at most", d)
		}
	})
}

func TestEventRecorder_dropsWhatCannotBeTold(t *testing.T) {
	recorded(t, func(r recording) {
		var none *corev1.Pod
		r.recorder.Write(nil, corev1.EventTypeNormal, "Full", "nil")
		r.recorder.Write(none, corev1.EventTypeNormal, "Full", "a nil pointer")
		r.recorder.Write(&corev1.PodList{}, corev1.EventTypeNormal, "Full", "no object")
		r.recorder.Record(kclient.Event{Regarding: cart(), Related: none, Type: "Normal", Reason: "Full", Note: "bad relation"})
		r.recorder.Write(cart(), corev1.EventTypeNormal, "Long", "%s", strings.Repeat("ä", 600))
		got := r.counts()
		for note := range got {
			if len(got) != 1 || len(note) > 1024 || strings.Contains(note, "\ufffd") {
				t.Errorf("events are %v", fmt.Sprint(got))
			}
		}
	})
}
