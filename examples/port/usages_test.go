// SPDX-License-Identifier: Apache-2.0

package port_test

import (
	"slices"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/examples/port"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/krt/krttest"
	"github.com/krtkit/krtkit/util/cluster"
)

// inputs returns a model's inputs with what the test names, as YAML or objects.
func inputs(t *testing.T, objects ...any) port.Inputs {
	t.Helper()
	mock := krttest.NewMock(t, objects)
	return port.Inputs{
		Namespaces: krttest.GetMockCollection[*corev1.Namespace](mock),
		Nodes:      krttest.GetMockCollection[*corev1.Node](mock),
		Pods:       krttest.GetMockCollection[*corev1.Pod](mock),
		Services:   krttest.GetMockCollection[*corev1.Service](mock),
		Ingresses:  krttest.GetMockCollection[*networkingv1.Ingress](mock),
		ConfigMaps: krttest.GetMockCollection[*corev1.ConfigMap](mock),
	}
}

func TestEntries_areThoseThatWerePushedAndHaveNotLeft(t *testing.T) {
	entries := port.NewEntries(nil, krttest.Options(t))
	rec := krttest.NewRecorder(t, entries)
	entries.Push(port.Entry{Host: "a.example.com", Owner: "consul"})
	entries.Push(port.Entry{Host: "b.example.com", Owner: "file"})
	entries.Push(port.Entry{Host: "b.example.com", Owner: "file"}) // no news
	entries.Leave("consul")
	rec.WaitOrdered("add/a.example.com", "add/b.example.com", "delete/a.example.com")
	rec.Empty()
}

func TestSettings_comeFromTheConfigMapIfThereIsOne(t *testing.T) {
	opts := krttest.Options(t)
	configMaps := krt.NewStaticCollection[*corev1.ConfigMap](nil, nil, opts.WithName("configmaps")...)
	defaults := krt.NewStatic[port.Settings](nil, true, opts.WithName("defaults")...)
	settings := port.NewSettings(configMaps, defaults, opts)
	want := func(domain string) {
		t.Helper()
		krttest.CheckCollection(t, settings.AsCollection(), port.Settings{TrustDomain: domain})
	}
	configMap := func(data map[string]string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: meta("mesh-system", "settings"), Data: data}
	}
	want("cluster.local")
	defaults.Set(&port.Settings{TrustDomain: "flag.example"})
	want("flag.example")
	configMaps.UpdateObject(configMap(map[string]string{"trustDomain": "mesh.example"}))
	want("mesh.example")
	configMaps.UpdateObject(configMap(nil)) // half a change
	want("mesh.example")
	configMaps.DeleteObject("mesh-system/settings")
	want("flag.example")
}

func TestWorkloads_areWhatTheirPodsNodesAndServicesSay(t *testing.T) {
	in := inputs(t, objects()[0], pod("web-1", "10.0.0.1"), pod("starting", ""), `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: elsewhere}
spec: {selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: selects-nothing, namespace: shop}
`)
	settings := krt.NewStatic(&port.Settings{TrustDomain: "td"}, true, krttest.Options(t).WithName("settings")...)
	krttest.CheckCollection(t, port.NewWorkloads("east", in, settings, krttest.Options(t)), port.Workload{
		Named: krt.Named{Namespace: "shop", Name: "web-1"}, Cluster: "east", Address: "10.0.0.1", Zone: "eu-1b",
		Identity: "td/shop/shopper", Services: []string{"shop/web"},
	})
}

func TestEndpoints_areThoseOfEachService(t *testing.T) {
	opts := krttest.Options(t)
	workload := func(name, address string, services ...string) port.Workload {
		return port.Workload{Named: krt.Named{Namespace: "shop", Name: name}, Address: address, Services: services}
	}
	workloads := krt.NewStaticCollection(nil, []port.Workload{workload("a", "10.0.0.2", "shop/web", "shop/all"), workload("b", "10.0.0.1", "shop/all")}, opts.WithName("workloads")...)
	byService := port.WorkloadsByService(workloads)
	endpoints := port.NewEndpoints(byService, opts)
	krttest.CheckCollection(t, endpoints,
		port.Endpoints{Host: "shop/all", Addresses: []string{"10.0.0.1", "10.0.0.2"}},
		port.Endpoints{Host: "shop/web", Addresses: []string{"10.0.0.2"}})
	workloads.DeleteObject("shop/a")
	krttest.CheckCollection(t, endpoints, port.Endpoints{Host: "shop/all", Addresses: []string{"10.0.0.1"}})
	if n := len(byService.Lookup(krt.Named{Namespace: "shop", Name: "web"})); n != 0 {
		t.Errorf("Lookup() = %d workloads, want none", n)
	}
	one := func(address string) krt.Collection[port.Endpoints] {
		return krt.NewStaticCollection(nil, []port.Endpoints{{Host: "shop/all", Addresses: []string{address}}}, opts.WithName(address)...)
	}
	krttest.CheckCollection(t, port.JoinEndpoints([]krt.Collection[port.Endpoints]{one("1"), one("2")}, opts),
		port.Endpoints{Host: "shop/all", Addresses: []string{"1"}})
}

func TestRoutes_sayWhatIsWrongWithTheirIngress(t *testing.T) {
	in := inputs(t, `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  ingressClassName: mesh
  rules:
  - host: shop.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
  - host: old.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}]}
  - host: empty.example.com
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: other, namespace: shop}
spec: {ingressClassName: nginx}
`)
	statuses, routes := port.NewRoutes(in, krttest.Options(t))
	krttest.CheckCollection(t, routes, port.Route{Host: "shop.example.com", Ingress: "shop/shop", Backend: krt.Named{Namespace: "shop", Name: "web"}})
	written := map[string]string{}
	port.NewReporter(statuses, func(i *networkingv1.Ingress, message string) { written[i.Name] = message }).Start().WaitUntilSynced(nil)
	want := map[string]string{"shop": "there is no service shop/gone; empty.example.com has no backend"}
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("what was written mismatch (-want +got):\n%s", diff)
	}
}

func TestClusters_shareTheirEndpointsWhileTheyAreThere(t *testing.T) {
	opts := krttest.Options(t)
	in := func(id cluster.ID, host, address string) krt.Collection[port.Endpoints] {
		return krt.NewStaticCollection(nil, []port.Endpoints{{Host: host, Addresses: []string{address}}}, opts.With(port.WithCluster(id))...)
	}
	clusters := port.NewClusters(opts)
	rec := krttest.NewRecorder(t, clusters.Endpoints())
	clusters.Join("east", in("east", "web", "1"))
	rec.WaitContent(port.Endpoints{Host: "web", Addresses: []string{"1"}})
	clusters.Join("west", in("west", "web", "2"))
	rec.WaitContent(port.Endpoints{Host: "web", Addresses: []string{"1", "2"}})
	clusters.Join("east", in("east", "web", "1")) // connected to anew, and nothing is different
	rec.Empty()
	clusters.Join("east", in("east", "db", "3"))
	rec.WaitUnordered("add/db", "update/web")
	clusters.Leave("west")
	rec.WaitOrdered("delete/web")
}

func TestInCluster_keepsKeysAndSaysWhere(t *testing.T) {
	opts := krttest.Options(t)
	c := port.InCluster("east", krt.NewStaticCollection(nil, []port.Endpoints{{Host: "web"}}, opts.WithName("e")...), opts)
	krttest.CheckCollection(t, c, krt.ObjectWithCluster[port.Endpoints]{ClusterID: "east", Object: &port.Endpoints{Host: "web"}})
	if c.GetKey("web") == nil || c.Metadata()["cluster"] != cluster.ID("east") {
		t.Errorf("there is %v with %v", c.List(), c.Metadata())
	}
}

func TestPushes_areOfChangesThatMatterOnly(t *testing.T) {
	opts := krttest.Options(t)
	endpoints := krt.NewStaticCollection(nil, []port.Endpoints{{Host: "a"}, {Host: "b"}}, opts.WithName("endpoints")...)
	var mu sync.Mutex
	var pushes []port.Push
	reg := port.RegisterPushes(endpoints, func(p port.Push) {
		mu.Lock()
		defer mu.Unlock()
		pushes = append(pushes, p)
	})
	reg.WaitUntilSynced(nil)
	endpoints.UpdateObject(port.Endpoints{Host: "a"}) // nothing new
	endpoints.Reset([]port.Endpoints{{Host: "a", Addresses: []string{"1"}}, {Host: "c"}})
	krttest.CheckCollection(t, endpoints, endpoints.List()...)
	reg.UnregisterHandler()
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff([]port.Push{{Changed: []string{"a", "c"}, Removed: []string{"b"}}}, pushes); diff != "" {
		t.Errorf("pushes mismatch (-want +got):\n%s", diff)
	}
}

func TestWeights_takeEffectWhenTheyAreSet(t *testing.T) {
	opts := krttest.Options(t)
	endpoints := krt.NewStaticCollection(nil, []port.Endpoints{{Host: "a"}, {Host: "b"}}, opts.WithName("endpoints")...)
	weights := port.NewWeights(opts)
	weighted := weights.Of(endpoints, opts)
	krttest.CheckCollection(t, weighted, port.Weighted{Host: "a", Weight: 100}, port.Weighted{Host: "b", Weight: 100})
	weights.Set("b", 7)
	krttest.CheckCollection(t, weighted, port.Weighted{Host: "a", Weight: 100}, port.Weighted{Host: "b", Weight: 7})
}

// A transformation is called directly, as a function, where the graph does not matter.
func TestMergeEndpoints_hasEachAddressOnce(t *testing.T) {
	got := port.MergeEndpoints([]port.Endpoints{{Host: "a", Addresses: []string{"2", "3"}}, {Host: "a", Addresses: []string{"1", "2"}}})
	if !slices.Equal(got.Addresses, []string{"1", "2", "3"}) {
		t.Errorf("addresses are %v", got.Addresses)
	}
}
