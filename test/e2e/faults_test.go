// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
)

// connection is the way to a server, which can be cut.
type connection struct {
	next http.RoundTripper

	mu     sync.Mutex
	answer func(*http.Request) (*http.Response, error) // instead of the server's; nil while all is well
	whole  context.Context                             // ends when the connection is cut
	cut    context.CancelFunc
}

func newConnection() *connection {
	c := &connection{}
	c.whole, c.cut = context.WithCancel(context.Background())
	return c
}

// RoundTrip implements [http.RoundTripper].
func (c *connection) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	answer, whole := c.answer, c.whole
	c.mu.Unlock()
	if answer != nil {
		return answer(r)
	}
	ctx, cancel := context.WithCancel(r.Context())
	context.AfterFunc(whole, cancel) //nolint:contextcheck // the request ends with the connection, too
	return c.next.RoundTrip(r.WithContext(ctx))
}

// breakWith ends all requests under way, such as watches, and has others answered by
// answer, or by the server if it is nil.
func (c *connection) breakWith(answer func(*http.Request) (*http.Response, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
	c.cut()
	c.whole, c.cut = context.WithCancel(context.Background())
}

func unreachable(*http.Request) (*http.Response, error) {
	return nil, errors.New("the connection is cut, as the test wants it")
}

func tooManyRequests(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusTooManyRequests, Request: r, Header: http.Header{"Retry-After": {"1"}, "Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"TooManyRequests","code":429}`)),
	}, nil
}

// fold is what a handler was told, added up.
type fold struct {
	mu    sync.Mutex
	has   map[string]string // resource versions
	wrong []string
	last  chan string // names of objects that are markers
}

func (f *fold) add(o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had == "" }, o.ResourceVersion)
}

func (f *fold) update(old, o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had == old.ResourceVersion }, o.ResourceVersion)
}

func (f *fold) remove(o *corev1.ConfigMap) {
	f.set(o, func(had string) bool { return had != "" }, "")
}

func (f *fold) set(o *corev1.ConfigMap, fits func(had string) bool, version string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !fits(f.has[o.Name]) {
		f.wrong = append(f.wrong, fmt.Sprintf("%s: from %q to %q", o.Name, f.has[o.Name], version))
	}
	if f.has[o.Name] = version; version == "" {
		delete(f.has, o.Name)
	}
	if strings.HasPrefix(o.Name, "marker") && version != "" {
		f.last <- o.Name
	}
}

// TestKClient_losesNothingToAnOutage changes objects while an informer is cut off, in
// more steps than the server's watch cache can tell it about afterwards, while the server
// turns it away, and while the server is down. Each time the cache is what a fresh list
// is in the end, and what a handler was told adds up to that.
func TestKClient_losesNothingToAnOutage(t *testing.T) {
	server := startServer(t)
	config := server.RESTConfig()
	way := newConnection()
	defer func() { way.cut() }()
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		way.next = next
		return way
	})
	client, stop := newClient(t, config)
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	direct := clients.CoreV1().ConfigMaps("default")
	configMaps := kclient.NewFiltered[*corev1.ConfigMap](client, smoke)
	log := &fold{has: map[string]string{}, last: make(chan string, 1000)}
	configMaps.AddEventHandler(controllers.EventHandler[*corev1.ConfigMap]{AddFunc: log.add, UpdateFunc: log.update, DeleteFunc: log.remove})
	if !client.RunAndWait(stop) {
		t.Fatal("not ready")
	}

	seed := rand.Uint64()
	t.Logf("changes are made from seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	there := map[string]bool{}
	change := func() {
		name := fmt.Sprint("c", random.IntN(40))
		var err error
		switch {
		case !there[name]:
			_, err = direct.Create(t.Context(), typedConfigMap(name, "1"), metav1.CreateOptions{})
			there[name] = true
		case random.IntN(3) == 0:
			err = direct.Delete(t.Context(), name, metav1.DeleteOptions{})
			delete(there, name)
		default:
			_, err = direct.Update(t.Context(), typedConfigMap(name, fmt.Sprint(random.Uint64())), metav1.UpdateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for round, outage := range []struct {
		name       string
		begin, end func()
	}{
		{"none", func() {}, func() {}},
		{"the connection is cut", func() { way.breakWith(unreachable) }, func() { way.breakWith(nil) }},
		{"every request is one too many", func() { way.breakWith(tooManyRequests) }, func() { way.breakWith(nil) }},
		{"the server crashes", func() { way.breakWith(unreachable) }, func() {
			server.Kill()
			if err := server.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			change()
			way.breakWith(nil)
		}},
		{"watches break all the time", func() {}, func() {
			for range 50 {
				change()
				way.breakWith(nil)
			}
		}},
	} {
		outage.begin()
		for range 300 {
			change()
		}
		outage.end()
		marker := fmt.Sprint("marker", round)
		if _, err := direct.Create(t.Context(), typedConfigMap(marker, "1"), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		log.await(t, outage.name, marker)
		compareWithServer(t, outage.name, direct, configMaps, log)
	}
}

// await waits until the handler is told of the marker, the last of all changes.
func (f *fold) await(t *testing.T, when, marker string) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case name := <-f.last:
			if name == marker {
				return
			}
		case <-timeout.C:
			t.Fatalf("%s: the informer does not follow the server", when)
		}
	}
}

func compareWithServer(
	t *testing.T, when string, direct interface {
		List(ctx context.Context, o metav1.ListOptions) (*corev1.ConfigMapList, error)
	}, configMaps kclient.Informer[*corev1.ConfigMap], log *fold,
) {
	t.Helper()
	list, err := direct.List(t.Context(), metav1.ListOptions{LabelSelector: smoke.LabelSelector})
	if err != nil {
		t.Fatal(err)
	}
	want, cached := map[string]string{}, map[string]string{}
	for _, o := range list.Items {
		want[o.Name] = o.ResourceVersion
	}
	for _, o := range configMaps.List("default", nil) {
		cached[o.Name] = o.ResourceVersion
	}
	if diff := cmp.Diff(want, cached); diff != "" {
		t.Errorf("%s: cache mismatch (-server +cache):\n%s", when, diff)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if diff := cmp.Diff(want, log.has); diff != "" {
		t.Errorf("%s: handler mismatch (-server +handler):\n%s", when, diff)
	}
	if len(log.wrong) > 0 {
		t.Errorf("%s: handler was told what cannot be: %q", when, log.wrong)
	}
}
