// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/kubefake"
)

var podGets = kubefake.Match{Verb: "get", Resource: "pods"}

func getPod(t *testing.T, client kubernetes.Interface, name string) error {
	t.Helper()
	_, err := client.CoreV1().Pods("shop").Get(t.Context(), name, metav1.GetOptions{})
	return err
}

func TestFailNext_answersWithTheErrorsOfApierrors(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	for name, tt := range map[string]struct {
		err  error
		code int
	}{
		"conflict":    {apierrors.NewConflict(pods, "web", errors.New("on purpose")), http.StatusConflict},
		"internal":    {apierrors.NewInternalError(errors.New("on purpose")), http.StatusInternalServerError},
		"gone":        {apierrors.NewResourceExpired("on purpose"), http.StatusGone},
		"unavailable": {apierrors.NewServiceUnavailable("on purpose"), http.StatusServiceUnavailable},
		"wrapped":     {fmt.Errorf("wrapped: %w", apierrors.NewForbidden(pods, "web", nil)), http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := newServer(t, pod("shop", "web"))
			fault := server.FailNext(2, podGets, tt.err)
			for range 2 {
				var status apierrors.APIStatus
				if err := getPod(t, client, "web"); !errors.As(err, &status) || int(status.Status().Code) != tt.code {
					t.Errorf("got %v, want status %d", err, tt.code)
				}
			}
			if err := getPod(t, client, "web"); err != nil {
				t.Errorf("the third request: %v", err)
			}
			if fault.Count() != 2 {
				t.Errorf("fault counted %d, want 2", fault.Count())
			}
		})
	}
}

func TestFailNext_tellsClientsWhenToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "web"))
		defer server.Close()
		fault := server.FailNext(1, podGets, apierrors.NewTooManyRequests("on purpose", 7))
		start := time.Now()
		if err := getPod(t, clientOf(t, server), "web"); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 7*time.Second || fault.Count() != 1 {
			t.Errorf("the client waited %v for %d failures, want 7s for 1", waited, fault.Count())
		}
	})
}

func TestFailNext_breaksTheConnectionWithOtherErrors(t *testing.T) {
	server, client := newServer(t, pod("shop", "web"))
	server.FailNext(1, kubefake.Match{Verb: "delete"}, syscall.EPIPE)
	err := client.CoreV1().Pods("shop").Delete(t.Context(), "web", metav1.DeleteOptions{})
	if !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want %v", err, syscall.EPIPE)
	}
	if err := getPod(t, client, "web"); err != nil {
		t.Errorf("the request was carried out: %v", err)
	}
}

func TestMatch_wantsEverythingThatIsSet(t *testing.T) {
	server, client := newServer(t, pod("shop", "web"), pod("shop", "api"))
	get := kubefake.Request{
		Verb: "get", Resource: corev1.SchemeGroupVersion.WithResource("pods"), Namespace: "shop", Name: "web",
		Path: "/api/v1/namespaces/shop/pods/web",
	}
	var seen kubefake.Request
	matching := []kubefake.Match{
		{},
		{Verb: "get"},
		{Resource: "pods"},
		{Namespace: "shop"},
		{Name: "web"},
		{Func: func(r kubefake.Request) bool { seen = r; return true }},
		{Verb: "get", Resource: "pods", Namespace: "shop", Name: "web"},
	}
	others := []kubefake.Match{
		{Verb: "list"},
		{Resource: "services"},
		{Resource: "pods.example.com"},
		{Namespace: "other"},
		{Name: "api"},
		{Subresource: "status"},
		{UserAgent: "somebody"},
		{Func: func(kubefake.Request) bool { return false }},
		{Verb: "get", Name: "api"},
	}
	for _, m := range matching {
		fault := server.FailNext(1, m, apierrors.NewBadRequest("on purpose"))
		if err := getPod(t, client, "web"); err == nil {
			t.Errorf("%+v does not match", m)
		}
		fault.Stop()
	}
	seen.UserAgent = ""
	if seen != get {
		t.Errorf("got request %+v, want %+v", seen, get)
	}
	for _, m := range others {
		fault := server.FailNext(1, m, apierrors.NewBadRequest("on purpose"))
		if err := getPod(t, client, "web"); err != nil {
			t.Errorf("%+v matches", m)
		}
		fault.Stop()
	}
}

func TestMatch_knowsVerbsAsAuthorizationDoes(t *testing.T) {
	server, client := newServer(t, pod("shop", "web"))
	var got []string
	record := func(r kubefake.Request) bool {
		got = append(got, strings.TrimSuffix(r.Verb+" "+r.Resource.Resource+"/"+r.Subresource, "/"))
		return false
	}
	defer server.FailNext(1, kubefake.Match{Func: record}, errors.New("never")).Stop()
	ctx, pods := t.Context(), client.CoreV1().Pods("shop")
	web, err := pods.Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := pods.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Stop()
	_, listErr := pods.List(ctx, metav1.ListOptions{})
	_, createErr := pods.Create(ctx, pod("shop", "api"), metav1.CreateOptions{})
	_, updateErr := pods.UpdateStatus(ctx, web, metav1.UpdateOptions{})
	deleteErr := pods.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	_, versionErr := client.Discovery().ServerVersion()
	if err := errors.Join(listErr, createErr, updateErr, deleteErr, versionErr); err != nil {
		t.Fatal(err)
	}
	want := "get pods, watch pods, list pods, create pods, update pods/status, deletecollection pods, get "
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestLoseNext_commitsTheWrite(t *testing.T) {
	server, client := newServer(t)
	addr, err := server.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	overTCP := server.RESTConfig()
	overTCP.Host, overTCP.Transport = "http://"+addr, nil
	tcp, err := kubernetes.NewForConfig(overTCP)
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]kubernetes.Interface{"transport": client, "listen": tcp} {
		fault := server.LoseNext(1, kubefake.Match{Verb: "create", Resource: "configmaps"})
		cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
		maps := client.CoreV1().ConfigMaps("default")
		_, err := maps.Create(t.Context(), cm, metav1.CreateOptions{})
		var status apierrors.APIStatus
		if err == nil || errors.As(err, &status) {
			t.Errorf("%s: got %v, want a broken connection", name, err)
		}
		if _, err := maps.Create(t.Context(), cm, metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
			t.Errorf("%s: again: got %v, want that it exists", name, err)
		}
		if fault.Count() != 1 {
			t.Errorf("%s: counted %d, want 1", name, fault.Count())
		}
	}
}

func TestLoseNext_leavesNoWatchBehind(t *testing.T) {
	server, client := newServer(t)
	server.LoseNext(1, kubefake.Match{Verb: "watch"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := client.CoreV1().ConfigMaps("").Watch(ctx, metav1.ListOptions{})
	if err == nil {
		// client-go may try a watch again.
		w.Stop()
	}
	if n := server.CutWatches(kubefake.Match{}); n != 0 {
		t.Errorf("%d watches are left", n)
	}
}

func TestDelay_isForThoseThatMatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "web"))
		defer server.Close()
		client := clientOf(t, server)
		fault := server.Delay(kubefake.Match{Name: "web"}, time.Hour)
		start := time.Now()
		if err := getPod(t, client, "api"); !apierrors.IsNotFound(err) || time.Since(start) != 0 {
			t.Errorf("another: got %v after %v", err, time.Since(start))
		}
		if err := getPod(t, client, "web"); err != nil || time.Since(start) != time.Hour {
			t.Errorf("got %v after %v, want it after an hour", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := client.CoreV1().Pods("shop").Get(ctx, "web", metav1.GetOptions{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the client gives up", err)
		}
		if fault.Count() != 2 {
			t.Errorf("counted %d, want 2", fault.Count())
		}
	})
}

func TestHold_letsGoWhenItIsStopped(t *testing.T) {
	server, client := newServer(t, pod("shop", "web"))
	fault := server.Hold(podGets)
	done := make(chan error, 2)
	for range 2 {
		go func() { done <- getPod(t, client, "web") }()
	}
	if err := fault.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if len(done) != 0 {
		t.Error("a request was not held")
	}
	fault.Stop()
	fault.Stop()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := getPod(t, client, "web"); err != nil {
		t.Error(err)
	}
}

func TestHold_endsWithTheServer(t *testing.T) {
	server := kubefake.NewServer(pod("shop", "web"))
	client := clientOf(t, server)
	fault := server.Hold(podGets)
	done := make(chan error, 1)
	go func() { done <- getPod(t, client, "web") }()
	if err := fault.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := <-done; !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want a server that is gone", err)
	}
}

func TestWait_endsWithTheContext(t *testing.T) {
	server, _ := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Hold(podGets).Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestFaults_actInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer(pod("shop", "web"))
		defer server.Close()
		client := clientOf(t, server)
		server.Delay(podGets, time.Second)
		server.FailNext(1, podGets, apierrors.NewBadRequest("first"))
		server.FailNext(1, podGets, apierrors.NewBadRequest("second"))
		start := time.Now()
		for _, want := range []string{"first", "second"} {
			if err := getPod(t, client, "web"); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("waited %v, want 2s", waited)
		}
	})
}

// watchMaps watches the config maps of the default namespace from now on.
func watchMaps(t *testing.T, client kubernetes.Interface) watch.Interface {
	t.Helper()
	list, err := client.CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return w
}

func createMaps(t *testing.T, client kubernetes.Interface, names ...string) {
	t.Helper()
	for _, name := range names {
		cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if _, err := client.CoreV1().ConfigMaps("default").Create(t.Context(), cm, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// told returns what a watch tells until it ends.
func told(w watch.Interface) string {
	var got []string
	for event := range w.ResultChan() {
		switch obj := event.Object.(type) {
		case *corev1.ConfigMap:
			got = append(got, string(event.Type)+" "+obj.Name)
		case *metav1.Status:
			got = append(got, fmt.Sprintf("%s %d %s", event.Type, obj.Code, obj.Reason))
		}
	}
	return strings.Join(got, ", ")
}

func TestCutWatchesEvery_cutsInTheNextEvent(t *testing.T) {
	server, client := newServer(t)
	fault := server.CutWatchesEvery(2, kubefake.Match{Resource: "configmaps"})
	w := watchMaps(t, client)
	createMaps(t, client, "a", "b", "c")
	if got, want := told(w), "ADDED a, ADDED b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if fault.Count() != 1 {
		t.Errorf("counted %d, want 1", fault.Count())
	}
	fault.Stop()
	w = watchMaps(t, client)
	createMaps(t, client, "d", "e", "f")
	server.ExpireWatches(kubefake.Match{})
	if got := told(w); !strings.HasSuffix(got, "ERROR 410 Expired") {
		t.Errorf("got %q, want no cut", got)
	}
}

func TestCutWatchesEvery_countsNoInitialEvents(t *testing.T) {
	server, client := newServer(t)
	defer server.CutWatchesEvery(0, kubefake.Match{Resource: "configmaps"}).Stop()
	createMaps(t, client, "a", "b")
	w, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	createMaps(t, client, "c")
	if got, want := told(w), "ADDED a, ADDED b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutWatchesEvery_breaksTheBody(t *testing.T) {
	server, client := newServer(t)
	addr, err := server.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		via http.RoundTripper
		url string
	}{"transport": {server.Transport(), "http://kubefake"}, "listen": {http.DefaultTransport, "http://" + addr}} {
		fault := server.CutWatchesEvery(0, kubefake.Match{Verb: "watch"})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/api/v1/configmaps?watch=1&resourceVersion=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.via.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		createMaps(t, client, name)
		body, err := readAll(resp)
		if err == nil {
			t.Errorf("%s: the body ends without an error", name)
		}
		if !strings.HasPrefix(body, `{"type":"ADDED","object":{`) || strings.HasSuffix(body, "\n") {
			t.Errorf("%s: got %q, want a part of an event", name, body)
		}
		fault.Stop()
	}
}

func TestExpireWatchesEvery_takesThePlaceOfAChange(t *testing.T) {
	server, client := newServer(t)
	fault := server.ExpireWatchesEvery(1, kubefake.Match{Resource: "configmaps"})
	defer fault.Stop()
	w := watchMaps(t, client)
	createMaps(t, client, "a", "b")
	if got, want := told(w), "ADDED a, ERROR 410 Expired"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEndWatches_endsThoseThatMatchOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		client := clientOf(t, server)
		cut, expired, left := watchMaps(t, client), watchMaps(t, client), watchMaps(t, client)
		defer left.Stop()
		first := true
		one := kubefake.Match{Resource: "configmaps", Func: func(kubefake.Request) bool { was := first; first = false; return was }}
		got := []int{server.CutWatches(kubefake.Match{Resource: "pods"}), server.CutWatches(one)}
		first = true
		got = append(got, server.ExpireWatches(one), server.CutWatches(kubefake.Match{}), server.CutWatches(kubefake.Match{}))
		if text := fmt.Sprint(got); text != "[0 1 1 1 0]" {
			t.Errorf("ended %s", text)
		}
		// Which of them was the first does not matter: one has an error event.
		all := []string{told(cut), told(expired), told(left)}
		if text := strings.Join(all, ""); text != "ERROR 410 Expired" {
			t.Errorf("got %q", all)
		}
	})
}

func TestSlowWatches_slowsOneClientDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		slowConfig := server.RESTConfig()
		slowConfig.UserAgent = "slow"
		slowClient, err := kubernetes.NewForConfig(slowConfig)
		if err != nil {
			t.Fatal(err)
		}
		client := clientOf(t, server)
		fault := server.SlowWatches(kubefake.Match{UserAgent: "slow"}, time.Minute)
		slow, quick := watchMaps(t, slowClient), watchMaps(t, client)
		start := time.Now()
		createMaps(t, client, "a", "b")
		for range 2 {
			<-quick.ResultChan()
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("the other client waited %v", waited)
		}
		for i := range 2 {
			<-slow.ResultChan()
			if waited, want := time.Since(start), time.Duration(i+1)*time.Minute; waited != want {
				t.Errorf("event %d came after %v, want %v", i, waited, want)
			}
		}
		slow.Stop()
		quick.Stop()
		if fault.Count() != 2 {
			t.Errorf("counted %d, want 2", fault.Count())
		}
	})
}
