// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/test/apiserver"
)

// newReader returns the kubeconfig of a user with the rights that serviceview needs,
// and no others.
func newReader(t *testing.T, server *apiserver.Server) string {
	t.Helper()
	reader, err := server.User("reader")
	if err != nil {
		t.Fatal(err)
	}
	verbs := []string{"get", "list", "watch"}
	grant(t, server, "reader",
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"services", "pods", "nodes", "namespaces"}, Verbs: verbs},
		rbacv1.PolicyRule{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets", "daemonsets"}, Verbs: verbs},
		rbacv1.PolicyRule{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: verbs},
	)
	return reader.Kubeconfig()
}

// TestServiceView_showsManifestsOnACluster runs serviceview on manifests of others and
// on its own. What it shows must be what can be computed from plain lists.
func TestServiceView_showsManifestsOnACluster(t *testing.T) {
	serviceview := newProgram(t)
	for _, name := range []string{"bookinfo", "online-boutique", "samples"} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t)
			cluster := newCluster(t, server)
			set := cluster.loadSamples()
			if name != "samples" {
				var ok bool
				if set, ok = cluster.loadPublic(t, name); !ok {
					t.Skipf("no folder %s in %s: it is not part of this repository", name, publicManifests)
				}
			}
			for _, e := range set.Errors {
				t.Error(e)
			}
			cluster.apply(t, set)
			got := serviceview.once(t, newReader(t, server))
			if diff := cmp.Diff(scratch(t, server), got); diff != "" {
				t.Errorf("view mismatch (-want +got):\n%s", diff)
			}
			for _, o := range set.Objects {
				key := o.Content.GetNamespace() + "/" + o.Content.GetName()
				if _, ok := got[key]; o.Content.GetKind() == "Service" && !ok {
					t.Errorf("%s: service %s is not shown", o.At, key)
				}
			}
		})
	}
}

// TestServiceView_saysWhichRightsAreMissing does what serviceview tells a user without
// rights to do, after which it must work.
func TestServiceView_saysWhichRightsAreMissing(t *testing.T) {
	server, serviceview := startServer(t), newProgram(t)
	user, err := server.User("somebody")
	if err != nil {
		t.Fatal(err)
	}
	said := serviceview.refusal(t, user.Kubeconfig())
	for _, resource := range []string{"services", "pods", "nodes", "namespaces", "deployments", "statefulsets", "daemonsets", "endpointslices"} {
		if !strings.Contains(said, "list "+resource) {
			t.Errorf("serviceview does not say that it may not list %s", resource)
		}
	}
	_, role, ok := strings.Cut(said, "Bind this role to the user:\n")
	if !ok {
		t.Fatalf("serviceview does not say what to do:\n%s", said)
	}
	var clusterRole rbacv1.ClusterRole
	if err := yaml.UnmarshalStrict([]byte(role), &clusterRole); err != nil {
		t.Fatalf("role that serviceview asks for: %v", err)
	}
	grant(t, server, "somebody", clusterRole.Rules...)
	if diff := cmp.Diff(scratch(t, server), serviceview.once(t, user.Kubeconfig())); diff != "" {
		t.Errorf("view mismatch (-want +got):\n%s", diff)
	}
}

// TestServiceView_killedAPIServerLeavesTheViewRight kills the API server under a
// running serviceview, twice, and changes objects before it has found its way back.
// Its output must add up to what a fresh one shows.
func TestServiceView_killedAPIServerLeavesTheViewRight(t *testing.T) {
	server, serviceview := startServer(t), newProgram(t)
	cluster := newCluster(t, server)
	set, ok := cluster.loadPublic(t, "bookinfo")
	if !ok {
		t.Logf("no folder bookinfo in %s: using serviceview's samples", publicManifests)
		set = cluster.loadSamples()
	}
	cluster.apply(t, set)
	w := newWorld(t, server)
	w.populate(t)
	kubeconfig := newReader(t, server)
	running := serviceview.follow(t, kubeconfig)
	running.wantView(t, serviceview.once(t, kubeconfig))

	steady := func(when string) {
		t.Helper()
		want := serviceview.once(t, kubeconfig)
		if diff := cmp.Diff(scratch(t, server), want); diff != "" {
			t.Fatalf("%s: a fresh serviceview is wrong, mismatch (-want +got):\n%s", when, diff)
		}
		running.wantView(t, want)
	}
	w.change(t)
	steady("before the first kill")

	server.Kill()
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.change(t) // the running one is most likely still waiting to connect again
	steady("after the first kill")

	// Changes that a killed server took: the next one does not remember them one by
	// one, so that watches must begin anew with a list.
	server.Kill()
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.change(t)
	server.Kill()
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	steady("after the second kill")
	w.change(t)
	steady("in the end")
	running.interrupt(t)
}
