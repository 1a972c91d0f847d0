// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/krtkit/krtkit/kube/kubefake"
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
