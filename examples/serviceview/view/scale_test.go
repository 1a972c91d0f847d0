// SPDX-License-Identifier: Apache-2.0

package view_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/examples/serviceview/view"
	"github.com/krtkit/krtkit/krt"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

const (
	scaleServices = 2_000
	scalePods     = 20_000
	scaleNodes    = 200
)

// generate returns services, each with a Deployment and ten ready pods, spread over
// namespaces and nodes.
func generate(namespaces int) []kruntime.Object {
	var out []kruntime.Object
	for i := range scaleNodes {
		zone := fmt.Sprintf("zone-%d", i%3)
		out = append(out, &corev1.Node{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("node-%d", i), Labels: map[string]string{corev1.LabelTopologyZone: zone},
		}})
	}
	yes := true
	for i := range scaleServices {
		app := fmt.Sprintf("app-%d", i)
		meta := metav1.ObjectMeta{Namespace: fmt.Sprintf("ns-%d", i%namespaces), Name: app}
		labels := map[string]string{"app": app, "part-of": "shop"}
		spec := corev1.PodSpec{Containers: []corev1.Container{{
			Name: "main", Image: "registry.example.com/" + app + ":1.0",
			Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		}}}
		out = append(out,
			&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
				Selector: map[string]string{"app": app},
				Ports:    []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromString("http")}},
			}},
			&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{
				Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec},
			}},
		)
		for j := range scalePods / scaleServices {
			n := i*scalePods/scaleServices + j
			p := &corev1.Pod{ObjectMeta: meta, Spec: *spec.DeepCopy()}
			p.Name = fmt.Sprintf("%s-5d8f-%d", app, j)
			p.Labels = map[string]string{"app": app, "part-of": "shop", "pod-template-hash": "5d8f"}
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: app + "-5d8f", UID: "1", Controller: &yes}}
			p.Spec.NodeName = fmt.Sprintf("node-%d", n%scaleNodes)
			p.Status = corev1.PodStatus{
				Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255),
				Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			}
			out = append(out, p)
		}
	}
	return out
}

// lines is a writer that tells when something was written.
type lines struct{ written chan time.Time }

func (l *lines) Write(p []byte) (int, error) {
	select {
	case l.written <- time.Now():
	default:
	}
	return len(p), nil
}

// run makes the view of a server and waits until it is printed. The function that it
// returns ends it.
func run(b *testing.B, client *kubefake.Client, out *lines) (v *view.View, end func()) {
	b.Helper()
	stop := make(chan struct{})
	v = view.New(view.Watch(client, stop), stop)
	live := &render.Live{Printer: render.Printer{Out: out}, Now: time.Now, Current: v.Current}
	handler := v.Services.RegisterBatch(live.Handle, true)
	if !client.RunAndWait(stop) || !handler.WaitUntilSynced(stop) {
		b.Fatal("not synced")
	}
	if err := live.Start(); err != nil {
		b.Fatal(err)
	}
	return v, func() {
		close(stop)
		client.Shutdown()
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkView_sync measures from a new client to the printed view: lists, caches,
// view and table. heap-MiB is what all of that keeps in memory, without the server.
func BenchmarkView_sync(b *testing.B) {
	for _, namespaces := range []int{50, 1} {
		b.Run(fmt.Sprintf("services=%d,pods=%d,namespaces=%d", scaleServices, scalePods, namespaces), func(b *testing.B) {
			objects := generate(namespaces)
			var kept float64
			for b.Loop() {
				b.StopTimer()
				client := kubefake.NewClient(objects...)
				before := heap()
				b.StartTimer()
				v, end := run(b, client, &lines{written: make(chan time.Time, 1)})
				b.StopTimer()
				kept += heap() - before
				if n := len(v.Services.List()); n != scaleServices {
					b.Fatalf("got %d services, want %d", n, scaleServices)
				}
				end()
				client.Close()
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "synced-ms")
			b.ReportMetric(kept/float64(b.N), "heap-MiB")
		})
	}
}

// BenchmarkView_update measures from just before a pod's status is written to the
// API server until the change of its service is printed.
func BenchmarkView_update(b *testing.B) {
	for _, namespaces := range []int{50, 1} {
		b.Run(fmt.Sprintf("services=%d,pods=%d,namespaces=%d", scaleServices, scalePods, namespaces), func(b *testing.B) {
			client := kubefake.NewClient(generate(namespaces)...)
			defer client.Close()
			out := &lines{written: make(chan time.Time, 1)}
			v, end := run(b, client, out)
			defer end()
			if err := krt.WaitIdle(b.Context(), v.Services); err != nil {
				b.Fatal(err)
			}
			<-out.written // the table
			pods := kclient.NewWriteClient[*corev1.Pod](client)
			list := v.Sources.Pods.List()
			random := rand.New(rand.NewPCG(1, 2))
			var took []time.Duration
			for b.Loop() {
				i := random.IntN(len(list))
				pod := list[i].DeepCopy()
				ready := &pod.Status.Conditions[0].Status
				*ready = map[corev1.ConditionStatus]corev1.ConditionStatus{
					corev1.ConditionTrue: corev1.ConditionFalse, corev1.ConditionFalse: corev1.ConditionTrue,
				}[*ready]
				begin := time.Now()
				updated, err := pods.UpdateStatus(pod)
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, (<-out.written).Sub(begin))
				list[i] = updated
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
		})
	}
}
