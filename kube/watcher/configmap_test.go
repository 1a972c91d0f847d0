// SPDX-License-Identifier: Apache-2.0

package watcher_test

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/watcher"
)

func configMap(namespace, name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string]string{"value": value},
	}
}

// calls is what a callback was called with: values, and "-" for nil.
type calls struct {
	mu   sync.Mutex
	seen []string
}

func (c *calls) callback(m *corev1.ConfigMap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m == nil {
		c.seen = append(c.seen, "-")
		return
	}
	c.seen = append(c.seen, m.Data["value"])
}

// expect compares the calls since the last time.
func (c *calls) expect(t *testing.T, after string, want ...string) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(want, c.seen); diff != "" {
		t.Errorf("after %s: calls mismatch (-want +got):\n%s", after, diff)
	}
	c.seen = nil
}

// bubble is a client, and a writer, of a fake server.
type bubble struct {
	*testing.T

	client kube.Client
	maps   kclient.Writer[*corev1.ConfigMap]
}

func inBubble(t *testing.T, f func(b bubble), objects ...runtime.Object) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := kubefake.NewClient(append([]runtime.Object{
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "system"}},
		}, objects...)...)
		defer client.Close()
		defer client.Shutdown()
		f(bubble{t, client, kclient.NewWriteClient[*corev1.ConfigMap](client)})
	})
}

func (b bubble) must(_ *corev1.ConfigMap, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// run runs the controller until the function that it returns is called, which waits
// for its end.
func run(c *watcher.Controller) (end func()) {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(stop)
	}()
	return func() {
		close(stop)
		<-ended
	}
}

func TestController_callsBackForEveryChangeOfItsConfigMap(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log calls
		c := watcher.NewController(b.client, "system", "settings", log.callback)
		if c.HasSynced() {
			t.Error("synced before Run")
		}
		defer run(c)()
		log.expect(t, "the beginning")
		if !c.HasSynced() {
			t.Error("not synced, though there is no ConfigMap")
		}
		b.must(b.maps.Create(configMap("system", "settings", "1")))
		log.expect(t, "a creation", "1")
		b.must(b.maps.Update(configMap("system", "settings", "2")))
		b.must(b.maps.Update(configMap("system", "settings", "3")))
		log.expect(t, "updates", "2", "3")
		b.must(b.maps.Update(configMap("system", "settings", "3")))
		b.must(b.maps.Create(configMap("system", "other", "x")))
		b.must(b.maps.Create(configMap("default", "settings", "x")))
		log.expect(t, "what does not change it")
		b.must(nil, b.maps.Delete("settings", "system"))
		b.must(nil, b.maps.Delete("other", "system"))
		log.expect(t, "a deletion", "-")
		b.must(b.maps.Create(configMap("system", "settings", "4")))
		log.expect(t, "another creation", "4")
	})
}

func TestController_hasSyncedWhenTheCallbackHasReturned(t *testing.T) {
	inBubble(t, func(b bubble) {
		resume := make(chan struct{})
		c := watcher.NewController(b.client, "system", "settings", func(*corev1.ConfigMap) { <-resume })
		defer run(c)()
		synctest.Wait()
		if c.HasSynced() {
			t.Error("synced while the callback is called")
		}
		close(resume)
		synctest.Wait()
		if !c.HasSynced() {
			t.Error("not synced though the callback has returned")
		}
	}, configMap("system", "settings", "1"))
}

// The informer may run before, for another client or by RunAndWait.
func TestController_callsBackOnlyWhileItRuns(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log calls
		entered, resume := make(chan struct{}, 1), make(chan struct{})
		c := watcher.NewController(b.client, "system", "settings", func(m *corev1.ConfigMap) {
			entered <- struct{}{}
			<-resume
			log.callback(m)
		})
		all := make(chan struct{})
		defer close(all)
		b.client.RunAndWait(all)
		log.expect(t, "the informer's start")

		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			c.Run(stop)
		}()
		<-entered
		b.must(b.maps.Update(configMap("system", "settings", "2")))
		close(stop)
		synctest.Wait()
		select {
		case <-ended:
			t.Error("Run returned while the callback was called")
		default:
		}
		close(resume)
		<-ended
		log.expect(t, "Run", "1")
		b.must(b.maps.Update(configMap("system", "settings", "3")))
		log.expect(t, "the end")
		if c.HasSynced() {
			t.Error("synced by what was not complete at its end")
		}
	}, configMap("system", "settings", "1"))
}

// withoutFieldSelectors takes field selectors out of requests, as if the server did not
// know them.
type withoutFieldSelectors struct{ next http.RoundTripper }

func (w withoutFieldSelectors) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	query := req.URL.Query()
	query.Del("fieldSelector")
	req.URL.RawQuery = query.Encode()
	return w.next.RoundTrip(req)
}

func TestController_leavesOtherConfigMapsAloneIfTheServerSendsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "system"}},
			configMap("system", "other", "x"), configMap("system", "settings", "1"))
		defer server.Close()
		config := rest.CopyConfig(server.RESTConfig())
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { return withoutFieldSelectors{next} })
		client, err := kube.New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Shutdown()
		var log calls
		c := watcher.NewController(client, "system", "settings", log.callback)
		defer run(c)()
		log.expect(t, "the beginning", "1")
		maps := kclient.NewWriteClient[*corev1.ConfigMap](client)
		b := bubble{t, client, maps}
		b.must(maps.Update(configMap("system", "other", "y")))
		b.must(nil, maps.Delete("other", "system"))
		log.expect(t, "changes of another")
	})
}

// Only the one ConfigMap is asked for, so that no more needs to be allowed.
func TestController_asksForNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		config := rest.CopyConfig(server.RESTConfig())
		requests := &asked{}
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { return recording{next, requests} })
		client, err := kube.New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Shutdown()
		defer run(watcher.NewController(client, "system", "settings", func(*corev1.ConfigMap) {}))()
		synctest.Wait()
		requests.mu.Lock()
		defer requests.mu.Unlock()
		if requests.count == 0 || requests.others.Len() > 0 {
			t.Errorf("%d requests, of which for something else: %s", requests.count, requests.others.String())
		}
	})
}

type asked struct {
	mu     sync.Mutex
	count  int
	others bytes.Buffer
}

type recording struct {
	next http.RoundTripper
	to   *asked
}

func (r recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r.to.mu.Lock()
	defer r.to.mu.Unlock()
	r.to.count++
	if req.URL.Path != "/api/v1/namespaces/system/configmaps" || req.URL.Query().Get("fieldSelector") != "metadata.name=settings" {
		_, _ = io.WriteString(&r.to.others, req.URL.String()+"\n")
	}
	return r.next.RoundTrip(req)
}
