// SPDX-License-Identifier: Apache-2.0

package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
)

// sourcesOf makes static collections of the objects in YAML documents.
func sourcesOf(t *testing.T, manifests string) view.Sources {
	t.Helper()
	var (
		services     []*corev1.Service
		pods         []*corev1.Pod
		nodes        []*corev1.Node
		namespaces   []*corev1.Namespace
		deployments  []*appsv1.Deployment
		statefulSets []*appsv1.StatefulSet
		daemonSets   []*appsv1.DaemonSet
		endpoints    []*discoveryv1.EndpointSlice
	)
	for doc := range strings.SplitSeq(manifests, "\n---\n") {
		var meta metav1.TypeMeta
		if err := yaml.Unmarshal([]byte(doc), &meta); err != nil {
			t.Fatalf("%v in %q", err, doc)
		}
		switch meta.Kind {
		case "Service":
			services = append(services, parse(t, doc, &corev1.Service{}))
		case "Pod":
			pods = append(pods, parse(t, doc, &corev1.Pod{}))
		case "Node":
			nodes = append(nodes, parse(t, doc, &corev1.Node{}))
		case "Namespace":
			namespaces = append(namespaces, parse(t, doc, &corev1.Namespace{}))
		case "Deployment":
			deployments = append(deployments, parse(t, doc, &appsv1.Deployment{}))
		case "StatefulSet":
			statefulSets = append(statefulSets, parse(t, doc, &appsv1.StatefulSet{}))
		case "DaemonSet":
			daemonSets = append(daemonSets, parse(t, doc, &appsv1.DaemonSet{}))
		case "EndpointSlice":
			endpoints = append(endpoints, parse(t, doc, &discoveryv1.EndpointSlice{}))
		default:
			t.Fatalf("unknown kind in %q", doc)
		}
	}
	stop := krt.WithStop(t.Context().Done())
	return view.Sources{
		Services:       krt.NewStaticCollection(nil, services, stop),
		Pods:           krt.NewStaticCollection(nil, pods, stop),
		Nodes:          krt.NewStaticCollection(nil, nodes, stop),
		Namespaces:     krt.NewStaticCollection(nil, namespaces, stop),
		Deployments:    krt.NewStaticCollection(nil, deployments, stop),
		StatefulSets:   krt.NewStaticCollection(nil, statefulSets, stop),
		DaemonSets:     krt.NewStaticCollection(nil, daemonSets, stop),
		EndpointSlices: krt.NewStaticCollection(nil, endpoints, stop),
	}
}

func parse[T any](t *testing.T, doc string, into *T) *T {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(doc), into); err != nil {
		t.Fatalf("%v in %q", err, doc)
	}
	return into
}

// viewOf returns the one service of the manifests, and fails if there is another
// number of them.
func viewOf(t *testing.T, manifests string) view.Service {
	t.Helper()
	v := view.New(sourcesOf(t, manifests), t.Context().Done())
	if !v.Services.WaitUntilSynced(t.Context().Done()) {
		t.Fatal("not synced")
	}
	list := v.Services.List()
	i := slices.IndexFunc(list, func(s view.Service) bool { return s.Name == "web" })
	if i < 0 {
		t.Fatalf("got %d services, want one that is called web", len(list))
	}
	return list[i]
}

const (
	ns  = "kind: Namespace\nmetadata: {name: shop}\n---\n"
	web = ns + `kind: Service
metadata: {name: web, namespace: shop, resourceVersion: "5"}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
---
`
	readyPod = `kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}, resourceVersion: "7"}
spec:
  nodeName: n1
  containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]
status: {phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}
`
	deployment = `kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
`
)

func TestService_showsPodsNodesZonesAndPorts(t *testing.T) {
	got := viewOf(t, web+readyPod+`---
kind: Pod
metadata:
  name: web-2
  namespace: shop
  labels: {app: web, pod-template-hash: abc}
  ownerReferences: [{kind: ReplicaSet, name: web-abc, controller: true, apiVersion: apps/v1, uid: u}]
spec:
  nodeName: n2
  containers: [{name: c, ports: [{name: http, containerPort: 9090}]}]
status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
---
kind: Pod
metadata: {name: web-3, namespace: shop, labels: {app: web}}
spec: {containers: []}
status: {phase: Succeeded}
---
kind: Pod
metadata: {name: web-4, namespace: elsewhere, labels: {app: web}}
spec: {containers: []}
---
kind: Node
metadata: {name: n1, labels: {topology.kubernetes.io/zone: a}}
---
kind: Node
metadata: {name: n2, labels: {topology.kubernetes.io/zone: b}}
---
`+deployment)
	want := view.Service{
		Namespace: "shop", Name: "web", Type: "ClusterIP", Selector: map[string]string{"app": "web"},
		Ports:     []view.Port{{Protocol: "TCP", Port: 80, TargetPort: "http", Containers: []int32{8080, 9090}, Declared: 2}},
		Workloads: []view.WorkloadUse{{Kind: "Deployment", Name: "web", Wanted: 2, Pods: 1, Ready: 1}},
		Pods: []view.Pod{
			{Name: "web-1", Node: "n1", Zone: "a", Ready: true},
			{Name: "web-2", Workload: "Deployment/web", Node: "n2", Zone: "b", Ready: true},
		},
		Nodes: []string{"n1", "n2"}, Zones: []string{"a", "b"}, Problems: []view.Problem{},
	}
	got.Sources = nil // another test
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestService_templateStandsInForPods(t *testing.T) {
	got := viewOf(t, web+deployment)
	want := []view.Pod{{Name: "web", Workload: "Deployment/web", Template: true}}
	if diff := cmp.Diff(want, got.Pods); diff != "" {
		t.Errorf("pods mismatch (-want +got):\n%s", diff)
	}
	if len(got.Problems) > 0 {
		t.Errorf("got %v, want no problems: nobody runs these manifests", got.Problems)
	}
}

func TestService_problems(t *testing.T) {
	pod := func(name, status, spec string) string {
		return "---\nkind: Pod\nmetadata: {name: " + name + ", namespace: shop, labels: {app: web}}\nspec: {nodeName: n, " + spec + "}\nstatus: {" + status + "}\n"
	}
	const (
		ready = `phase: Running, podIP: 10.0.0.9, conditions: [{type: Ready, status: "True"}]`
		http  = "containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]"
	)
	slice := func(rest string) string {
		return "---\nkind: EndpointSlice\nmetadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\n" + rest
	}
	other := func(name, spec string) string {
		return "---\nkind: Service\nmetadata: {name: " + name + ", namespace: shop}\nspec: " + spec + "\n"
	}
	service := func(spec string) string {
		return ns + "kind: Service\nmetadata: {name: web, namespace: shop}\nspec: " + spec + "\n"
	}
	for _, tt := range []struct {
		name      string
		manifests string
		want      []string
	}{
		{"none", web + readyPod, nil},
		{"selects nothing", strings.TrimSuffix(web, "---\n"), []string{"error selects-nothing: no pod and no workload has the labels app=web"}},
		{"port name missing", service("{selector: {app: web}, ports: [{port: 80, name: w, targetPort: web}]}") + pod("p", ready, http), []string{
			`error port-name-missing: port 80 (w): no container port is named "web"; there is 8080 (http)`,
		}},
		{"port name missing in some", web + readyPod + pod("p", ready, "containers: []"), []string{
			`warning port-name-missing: port 80: pod p has no container port named "http"`,
		}},
		{"port protocol", service("{selector: {app: web}, ports: [{port: 53, protocol: UDP, targetPort: http}]}") + pod("p", ready, http), []string{
			"error port-protocol: port 53 is UDP, but pod p declares targetPort http for TCP",
		}},
		{"port undeclared", service("{selector: {app: web}, ports: [{port: 81}]}") + pod("p", ready, http), []string{
			"note port-undeclared: port 81: no container declares 81; there is 8080 (http)",
		}},
		{"sidecar declares the port", service("{selector: {app: web}, ports: [{port: 81}]}") +
			pod("p", ready, "containers: [], initContainers: [{name: s, restartPolicy: Always, ports: [{containerPort: 81}]}]"), nil},
		{"init container does not", service("{selector: {app: web}, ports: [{port: 81}]}") +
			pod("p", ready, "containers: [], initContainers: [{name: s, ports: [{containerPort: 81}]}]"), []string{
			"note port-undeclared: port 81: no container declares 81",
		}},
		{"some not ready", web + readyPod + pod("p", "phase: Running, containerStatuses: [{name: c, image: i, imageID: x, ready: false, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}}]", http), []string{
			"warning pods-not-ready: 1 of 2 pods not ready: p (c: CrashLoopBackOff)",
		}},
		{"none ready", service("{selector: {app: web}}") + pod("p", "phase: Pending", http) + pod("q", "phase: Pending", http), []string{
			"error pods-not-ready: 2 of 2 pods not ready: p and 1 more (pending)",
		}},
		{"none ready, but asked for", service("{selector: {app: web}, publishNotReadyAddresses: true}") + pod("p", "phase: Pending", http), []string{
			"note pods-not-ready: 1 of 1 pods not ready: p (pending)",
		}},
		{"controller has made no pods", web + deployment + "status: {observedGeneration: 1}\n", []string{"error no-pods: Deployment/web wants 2 and has none"}},
		{"scaled to zero", web + strings.Replace(deployment, "replicas: 2", "replicas: 0", 1) + "status: {observedGeneration: 1}\n", []string{"warning no-pods: Deployment/web is scaled to 0"}},
		{"same selector", web + readyPod + other("twin", "{selector: {app: web}}"), []string{"warning selector-overlap: service twin has the same selector app=web"}},
		{"headless twin", web + readyPod + other("twin", "{clusterIP: None, selector: {app: web}}"), []string{"note selector-overlap: service twin has the same selector app=web"}},
		{"wider", web + readyPod + other("canary", "{selector: {app: web, track: canary}}"), []string{
			"warning selector-overlap: its selector also covers all pods of service canary (app=web,track=canary)",
		}},
		{"narrower", service("{selector: {app: web, a: b}}") + pod("p", ready, http) + other("all", "{selector: {app: web}}"), []string{
			"error selects-nothing: no pod and no workload has the labels a=b,app=web",
			"warning selector-overlap: service all (app=web) also selects all its pods",
		}},
		{"related but no overlap", service("{selector: {app: web}}") + pod("p", ready, http) + other("other", "{selector: {app: x}}") + other("none", "{}"), nil},
		{"external name", service("{type: ExternalName, externalName: example.com}"), nil},
		{"external name missing", service("{type: ExternalName, selector: {app: web}}"), []string{
			"error external-name: an ExternalName service needs spec.externalName",
			"note external-name: an ExternalName service ignores its selector",
		}},
		{"external address", service("{type: ExternalName, externalName: 10.1.2.3}"), []string{
			"warning external-name: externalName 10.1.2.3 is an address, but DNS resolves it as a name",
		}},
		{"no selector, no endpoints", service("{}"), []string{"warning no-endpoints: there is no selector, and no EndpointSlice with an address"}},
		{"no selector, endpoints", service("{ports: [{port: 80}]}") + slice("ports: [{port: 80, name: ''}]\nendpoints: [{addresses: [192.0.2.1]}]\n"), nil},
		{"no selector, none ready, strange port", service("{ports: [{port: 80}]}") + slice("ports: [{port: 81, name: x}]\nendpoints: [{addresses: [192.0.2.1], conditions: {ready: false}}]\n"), []string{
			"error no-endpoints: no address in its EndpointSlices is ready",
			`warning slices-disagree: EndpointSlice web-x has a port that the service has not: "x"`,
		}},
		{"slices agree", web + readyPod + slice("ports: [{port: 8080, name: ''}]\nendpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: web-1}}]\n"), nil},
		{"slices agree by address", web + readyPod + slice("endpoints: [{addresses: [10.0.0.1]}]\n"), nil},
		{"slices miss a pod and list a stranger", web + readyPod + slice("endpoints: [{addresses: [10.9.9.9], targetRef: {kind: Pod, name: gone}}]\n"), []string{
			"warning slices-disagree: its EndpointSlices list what it does not select: gone 10.9.9.9",
			"warning slices-disagree: its EndpointSlices do not list web-1",
		}},
		{"slices say not ready", web + readyPod + slice("endpoints: [{addresses: [10.0.0.1], conditions: {ready: false}}]\n"), []string{
			"warning slices-disagree: its EndpointSlices call pods not ready that are: web-1",
		}},
		{"slices lead to another port", web + readyPod + slice("ports: [{port: 9, name: ''}]\nendpoints: [{addresses: [10.0.0.1]}]\n"), []string{
			"warning slices-disagree: EndpointSlice web-x sends port 80 to 9, where targetPort http leads to 8080",
		}},
		{"namespace missing", strings.TrimPrefix(web, ns) + readyPod, []string{"note namespace: there is no namespace shop"}},
		{"namespace ending", strings.Replace(web, "{name: shop}", "{name: shop}\nstatus: {phase: Terminating}", 1) + readyPod, []string{"warning namespace: namespace shop is being deleted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range viewOf(t, tt.manifests).Problems {
				got = append(got, fmt.Sprintf("%s %s: %s", p.Severity, p.Code, p.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A transformation is a function: with krt's dummy context it needs no graph.
func TestService_transformationAlone(t *testing.T) {
	v := view.New(sourcesOf(t, web+readyPod), t.Context().Done())
	v.Services.WaitUntilSynced(t.Context().Done())
	spec := *v.Specs.GetKey("shop/web")
	spec.Spec.Selector = map[string]string{"app": "other"}
	got := v.Service(krt.TestingDummyContext{}, spec)
	if got.Worst() != view.Error || got.Problems[0].Code != view.SelectsNothing {
		t.Errorf("got %v, want %s", got.Problems, view.SelectsNothing)
	}
}

func TestService_sourcesNameObjectsAndVersions(t *testing.T) {
	got := viewOf(t, web+readyPod)
	want := []view.Source{
		{Kind: "Namespace", Name: "shop"},
		{Kind: "Pod", Namespace: "shop", Name: "web-1", Version: "7"},
		{Kind: "Service", Namespace: "shop", Name: "web", Version: "5"},
	}
	if diff := cmp.Diff(want, got.Sources); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
