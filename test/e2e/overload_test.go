// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/test/apiserver"
)

// TestKClient_losesNothingToPriorityAndFairness has the server give a user so few seats
// that others who are the same user take them all. What the server then refuses with 429,
// watches, lists and writes, is done when there are seats again.
func TestKClient_losesNothingToPriorityAndFairness(t *testing.T) {
	server := startServer(t)
	limited, level := limitedUser(t, server)
	config := limited.RESTConfig()
	way := connect(config)
	defer way.breakWith(unreachable)
	informer := follow(t, server, config)
	informer.change(t, 50)
	informer.check(t, "before")

	crowd := takeSeats(t, limited.RESTConfig())
	way.breakWith(nil)
	refused := way.awaitRefusal(t, http.MethodGet, http.StatusTooManyRequests)
	if diff := cmp.Diff(level, refused.Get(flowcontrolv1.ResponseHeaderMatchedPriorityLevelConfigurationUID)); diff != "" {
		t.Fatalf("it is not the priority level that refused, mismatch (-want +got):\n%s", diff)
	}
	informer.change(t, 200)

	// Others who come while there is no seat: a second informer and a few writers.
	second := kclient.NewFiltered[*corev1.ConfigMap](informer.client, kclient.Filter{Namespace: "default", LabelSelector: "of"})
	ready := make(chan error, 1)
	go func() { ready <- informer.client.Run(t.Context()) }()
	written := make(chan error)
	const writers, writes = 3, 4
	for i := range writers {
		go func() { written <- write(informer.configMaps, fmt.Sprint("w", i), writes) }()
	}
	way.awaitRefusal(t, http.MethodPost, http.StatusTooManyRequests)
	if missing := informer.client.NotReady(); len(missing) != 1 {
		t.Errorf("not ready: %v; want the second informer", missing)
	}

	// One seat for all of them, and then enough.
	crowd = crowd.leave(t, 1)
	for range writers {
		if err := <-written; err != nil {
			t.Error(err)
		}
	}
	crowd.leave(t, len(crowd))
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	informer.check(t, "refused")
	if diff := cmp.Diff(len(informer.configMaps.List("", nil)), len(second.List("", nil))); diff != "" {
		t.Errorf("the second informer has another number of objects (-want +got):\n%s", diff)
	}
	for i := range writers {
		if got := informer.configMaps.Get(fmt.Sprint("w", i), "default"); got == nil || got.Data["key"] != fmt.Sprint(writes) {
			t.Errorf("of writer %d is there %v, want its last write", i, got)
		}
	}
}

// write writes an object n times. The client repeats what is refused with 429.
func write(configMaps kclient.Client[*corev1.ConfigMap], name string, n int) error {
	if _, err := configMaps.Create(typedConfigMap(name, "1")); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	for i := 2; i <= n; i++ {
		if _, err := configMaps.Update(typedConfigMap(name, fmt.Sprint(i))); err != nil {
			return fmt.Errorf("update %s to %d: %w", name, i, err)
		}
	}
	return nil
}

// limitedUser returns a user who may do everything with config maps, but only a few
// things at a time, and the UID of the priority level that says so.
func limitedUser(t *testing.T, server *apiserver.Server) (user *apiserver.User, level string) {
	t.Helper()
	const name = "limited"
	user, err := server.User(name)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	few, none := int32(1), int32(0) // of some 250 shares in 600 seats, and no loans
	made := need(clients.FlowcontrolV1().PriorityLevelConfigurations().Create(t.Context(), &flowcontrolv1.PriorityLevelConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: flowcontrolv1.PriorityLevelConfigurationSpec{
			Type: flowcontrolv1.PriorityLevelEnablementLimited,
			Limited: &flowcontrolv1.LimitedPriorityLevelConfiguration{
				NominalConcurrencyShares: &few, LendablePercent: &none, BorrowingLimitPercent: &none,
				LimitResponse: flowcontrolv1.LimitResponse{Type: flowcontrolv1.LimitResponseTypeReject},
			},
		},
	}, metav1.CreateOptions{}))(t)
	all := []string{"*"}
	need(clients.FlowcontrolV1().FlowSchemas().Create(t.Context(), &flowcontrolv1.FlowSchema{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: flowcontrolv1.FlowSchemaSpec{
			PriorityLevelConfiguration: flowcontrolv1.PriorityLevelConfigurationReference{Name: name},
			MatchingPrecedence:         1000,
			Rules: []flowcontrolv1.PolicyRulesWithSubjects{{
				Subjects: []flowcontrolv1.Subject{{Kind: flowcontrolv1.SubjectKindUser, User: &flowcontrolv1.UserSubject{Name: name}}},
				ResourceRules: []flowcontrolv1.ResourcePolicyRule{{
					Verbs: all, APIGroups: all, Resources: []string{"configmaps"}, Namespaces: all, ClusterScope: true,
				}},
			}},
		},
	}, metav1.CreateOptions{}))(t)
	grant(t, server, name, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: all})
	awaitLevel(t, user.RESTConfig(), string(made.UID))
	return user, string(made.UID)
}

// awaitLevel asks until the server gives requests of the configuration the priority
// level, of which it takes notice by a watch of its own.
func awaitLevel(t *testing.T, config *rest.Config, level string) {
	t.Helper()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		request := need(http.NewRequestWithContext(t.Context(), http.MethodGet, config.Host+"/api/v1/namespaces/default/configmaps", nil))(t)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if response.Header.Get(flowcontrolv1.ResponseHeaderMatchedPriorityLevelConfigurationUID) == level {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the server does not use the priority level")
		}
	}
}

// crowd is requests that hold all seats of a priority level.
type crowd []*sitter

// sitter is a request that holds a seat because its body does not end.
type sitter struct {
	body   *io.PipeWriter
	answer chan error
}

var errNoSeat = errors.New("no seat")

// takeSeats makes requests until the server has no seat for one more.
func takeSeats(t *testing.T, config *rest.Config) crowd {
	t.Helper()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	var c crowd
	for {
		s, seated := sit(t, client, config.Host)
		select {
		case <-seated:
			c = append(c, s)
		case err := <-s.answer:
			if !errors.Is(err, errNoSeat) || len(c) == 0 {
				t.Fatalf("a request that is to hold seat %d: %v", len(c), err)
			}
			t.Logf("%d requests hold all seats", len(c))
			return c
		}
	}
}

// sit makes a request. It has a seat when the server asks for the body.
func sit(t *testing.T, client *http.Client, host string) (s *sitter, seated <-chan struct{}) {
	t.Helper()
	body, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	s = &sitter{body: writer, answer: make(chan error, 1)}
	asked := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(asked) }})
	request := need(http.NewRequestWithContext(ctx, http.MethodPost, host+"/api/v1/namespaces/default/configmaps", body))(t)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Expect", "100-continue")
	go func() { s.answer <- send(client, request) }()
	return s, asked
}

func send(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusCreated:
		return nil
	case http.StatusTooManyRequests:
		return errNoSeat
	default:
		text, err := io.ReadAll(response.Body)
		return errors.Join(fmt.Errorf("%s: %s", response.Status, text), err)
	}
}

// leave has the first n requests end as they should, with a body, and returns the others.
func (c crowd) leave(t *testing.T, n int) crowd {
	t.Helper()
	for i, s := range c[:n] {
		object := typedConfigMap(fmt.Sprint("sitter", len(c)-i), "1")
		object.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}
		if err := json.NewEncoder(s.body).Encode(object); err != nil {
			t.Fatal(err)
		}
		if err := s.body.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-s.answer; err != nil {
			t.Fatal(err)
		}
	}
	return c[n:]
}
