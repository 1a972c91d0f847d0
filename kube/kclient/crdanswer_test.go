// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// heldAnswers keeps answers to requests for a path until it is closed.
type heldAnswers struct {
	path string
	next http.RoundTripper
	held chan struct{} // receives when an answer is there
	goOn chan struct{}
}

func (h *heldAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := h.next.RoundTrip(request)
	if request.URL.Path == h.path {
		close(h.held)
		<-h.goOn
	}
	return response, err
}

// The server is asked about a resource before its definition is seen, which comes and
// goes before the answer is there.
func TestCrdWatcher_ignoresAnAnswerThatIsOlderThanTheDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := &heldAnswers{path: "/apis/example.com/v1", held: make(chan struct{}), goOn: make(chan struct{})}
		s := newStage(t, func(next http.RoundTripper) http.RoundTripper {
			answers.next = next
			return answers
		}, nil)
		c := cluster{t, s.client, s.stop}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.client.RunAndWait(s.stop)
		}()
		s.client.CrdWatcher().Known(definitions) // so that definitions are listed
		synctest.Wait()
		slow := s.server.SlowWatches(kubefake.Match{Resource: "customresourcedefinitions"}, time.Hour)
		c.install("v1")
		delayed := c.delayed()
		delayed.Start(s.stop)
		<-answers.held
		slow.Stop()
		synctest.Wait()
		c.uninstall()
		close(answers.goOn)
		synctest.Wait()
		if s.client.CrdWatcher().Known(things) {
			t.Error("the resource is known, and its definition has gone")
		}
		<-ended
		close(s.stop)
		s.client.Shutdown()
		s.server.Close()
	})
}

// A delayed client that is closed while it is found out which resources are served keeps
// nobody waiting.
func TestRun_doesNotWaitForADelayedClientThatIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubefake.NewServer()
		defer server.Close()
		for n := range 500 {
			client, err := kube.New(server.RESTConfig(), kube.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // of the bubble
			delayed := kclient.NewDelayedInformer[controllers.Object](client, things, kubetypes.DynamicInformer, kclient.Filter{})
			var both sync.WaitGroup
			both.Go(func() {
				if err := client.Run(ctx); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				for range n {
					runtime.Gosched()
				}
				delayed.Close()
			})
			both.Wait()
			cancel()
			client.Shutdown()
			if t.Failed() {
				break
			}
		}
	})
}

func TestWaitForCRD_endsWithAWatcherThatEndedBeforeItWasNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, stop, end := connect(t, nil)
		mustRun(t, client, stop)
		end()
		never := make(chan struct{})
		if client.CrdWatcher().WaitForCRD(things, never) {
			t.Error("waited for what is not there, with success")
		}
	})
}

// A filter is the program's own function, which must not find the watcher locked.
func TestWithCRDFilter_mayAskTheWatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var client kube.Client
		asks := kube.WithCRDFilter(func(*metav1.PartialObjectMetadata) bool {
			client.CrdWatcher().Known(things)
			return true
		})
		made, stop, end := connect(t, nil, asks)
		client = made
		defer end()
		c := cluster{t, client, stop}
		delayed := c.delayed()
		c.run()
		c.install("v1")
		c.make("a")
		expectNames(t, "objects", all(delayed), "/a")
	})
}
