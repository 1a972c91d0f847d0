// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/leaderelection"
)

// The server has rules of its own about Leases: what may be empty, who may write what,
// what an update of a deleted one is.
func TestLeaderElection_onARealServer(t *testing.T) {
	server := startServer(t)
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	leases := clients.CoordinationV1().Leases("default")
	said := newTold()
	run := func(name, revision string) (stop func()) {
		client, err := kube.New(server.RESTConfig(), kube.WithHTTP2Health(time.Second, time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if !kube.IsAtLeastVersion(client, 30) || kube.GetVersionAsInt(client) < 130 {
			t.Errorf("the server's version is %d", kube.GetVersionAsInt(client))
		}
		election := leaderelection.NewLeaderElection("default", name, "election", revision, client,
			leaderelection.WithTTL(4*time.Second), leaderelection.WithPreferredRevision(func() string { return "blue" })).
			AddRunFunction(func(stop <-chan struct{}) {
				said <- name + " leads"
				<-stop
				said <- name + " stops"
			})
		end, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			election.Run(end)
		}()
		return func() {
			close(end)
			<-ended
		}
	}
	endA := run("a", "green")
	said.want(t, "a leads")
	endB := run("b", "blue")
	said.want(t, "a stops", "b leads")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 3 {
		before, err := leases.Get(t.Context(), "election", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := leases.Delete(t.Context(), "election", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); ; <-tick.C {
			after, err := leases.Get(t.Context(), "election", metav1.GetOptions{})
			if err == nil && after.UID != before.UID && *after.Spec.HolderIdentity == "b" {
				t.Logf("made again after %v", time.Since(began))
				break
			}
			if err != nil && !apierrors.IsNotFound(err) || time.Since(began) > patience {
				t.Fatalf("the Lease was not made again: %v", err)
			}
		}
	}
	said.wantNoMore(t)
	endB()
	said.want(t, "b stops", "a leads")
	endA()
	said.want(t, "a stops")
	lease, err := leases.Get(t.Context(), "election", metav1.GetOptions{})
	if err != nil || lease.Spec.HolderIdentity != nil || *lease.Spec.LeaseTransitions != 2 || len(lease.Annotations) != 0 {
		t.Errorf("lease is %+v, %v; want that nobody has it", lease, err)
	}
}
