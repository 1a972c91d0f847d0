// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apitypes "k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/types"
)

// labeler writes the node of each pod into a ConfigMap of its name.
type labeler struct {
	pods  kclient.Client[*corev1.Pod]
	maps  kclient.DirectClient[*corev1.ConfigMap]
	queue controllers.Queue
}

func newLabeler(client kube.Client) *labeler {
	l := &labeler{pods: kclient.New[*corev1.Pod](client), maps: kclient.NewWriteClient[*corev1.ConfigMap](client)}
	l.queue = controllers.NewQueue("labeler",
		controllers.WithContextReconciler(l.reconcile), controllers.WithMaxAttempts(5))
	l.pods.AddEventHandler(controllers.ObjectHandler(l.queue.AddObject))
	return l
}

func (l *labeler) run(stop <-chan struct{}) {
	if kube.WaitForCacheSync("labeler", stop, l.pods.HasSynced) {
		l.queue.Run(stop)
	} else {
		l.queue.ShutDownEarly()
	}
	l.pods.Close() // with its handlers; ShutdownHandlers keeps the client for others
}

func (l *labeler) reconcile(ctx context.Context, key apitypes.NamespacedName) error {
	pod := l.pods.Get(key.Name, key.Namespace)
	if pod == nil {
		return nil // the garbage collector follows the owner reference
	}
	place := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name},
		Data:       map[string]string{"node": pod.Spec.NodeName},
	}
	if err := controllers.SetControllerReference(pod, corev1.SchemeGroupVersion.WithKind("Pod"), place); err != nil {
		return err
	}
	_, err := l.maps.ApplyCtx(ctx, place, kclient.FieldOwner("labeler"), kclient.Force())
	return err
}

// A controller with a queue: handlers add names, the queue has them reconciled, and
// what is wanted is applied. It ends in the order in which tests should end it.
func Example_queueController() {
	client := kubefake.NewClient(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "cart"}, Spec: corev1.PodSpec{NodeName: "n1"}},
	)
	defer client.Close()
	stop := make(chan struct{})

	l := newLabeler(client)
	client.RunAndWait(stop)
	go l.run(stop)
	kube.WaitForCacheSync("example", stop, l.queue.HasSynced)

	place, err := l.maps.GetLive(context.Background(), "cart", "shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("cart is on", place.Data["node"])

	close(stop)
	fmt.Println("queue:", l.queue.WaitForClose(time.Second))
	client.Shutdown()
	// Output:
	// cart is on n1
	// queue: <nil>
}

// Parcel is a custom resource without a generated client.
type Parcel struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   ParcelSpec   `json:"spec"`
	Status ParcelStatus `json:"status,omitzero"`
}

// ParcelSpec is what is in it.
type ParcelSpec struct {
	Items int `json:"items"`
}

// ParcelStatus is what became of it.
type ParcelStatus struct {
	Phase string `json:"phase,omitempty"`
}

// DeepCopyObject is what generators write.
func (p *Parcel) DeepCopyObject() runtime.Object {
	c := *p
	c.ObjectMeta = *p.ObjectMeta.DeepCopy()
	return &c
}

var (
	parcels    = schema.GroupVersionResource{Group: "shop.example.com", Version: "v1", Resource: "parcels"}
	parcelKind = parcels.GroupVersion().WithKind("Parcel")
)

// A resource that may not be there: the delayed client is empty until its definition is
// installed. The status is written back, and not if it is what it should be.
func Example_optionalResource() {
	client := kubefake.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	defer client.Close()
	err := client.Types().Register(types.Of[*Parcel](parcelKind, parcels, types.ScopeNamespaced))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)
	ctx := context.Background()

	objects := kclient.NewFilteredDelayed[*Parcel](client, parcels, kclient.Filter{})
	seen := make(chan *Parcel, 2)
	objects.AddEventHandler(controllers.EventHandler[*Parcel]{
		AddFunc:    func(p *Parcel) { seen <- p },
		UpdateFunc: func(_, p *Parcel) { seen <- p },
	})
	client.RunAndWait(stop)
	fmt.Println(objects.State(), len(objects.List(metav1.NamespaceAll, klabels.Everything())))

	if err := installParcels(ctx, client); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := objects.Create(&Parcel{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p1"}}); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		parcel := <-seen
		changed := parcel.DeepCopyObject().(*Parcel)
		changed.Status.Phase = "Accepted"
		answer, err := kclient.PatchChanges(ctx, objects, parcel, changed, kclient.Subresource("status"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(parcel.Name, "is", answer.Status.Phase, "- written:", answer != changed)
	}
	// Output:
	// absent 0
	// p1 is Accepted - written: true
	// p1 is Accepted - written: false
}

// A status can be written without the object: PatchStatus changes fields of it, and
// ApplyStatus has the server keep what this owner wants of it.
func ExampleWriter_PatchStatus() {
	client := kubefake.NewClient(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	defer client.Close()
	err := client.Types().Register(types.Of[*Parcel](parcelKind, parcels, types.ScopeNamespaced))
	if err == nil {
		err = installParcels(context.Background(), client)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	objects := kclient.NewFilteredDelayed[*Parcel](client, parcels, kclient.Filter{})
	defer objects.Close()
	if _, err := objects.Create(&Parcel{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p1"}}); err != nil {
		fmt.Println(err)
		return
	}

	parcel, err := objects.PatchStatus("p1", "shop", apitypes.MergePatchType, []byte(`{"status": {"phase": "Packed"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parcel.Status.Phase)

	configuration := []byte(`{
		"apiVersion": "shop.example.com/v1", "kind": "Parcel", "metadata": {"name": "p1", "namespace": "shop"},
		"status": {"phase": "Sent"}
	}`)
	parcel, err = objects.ApplyStatus("p1", "shop", apitypes.ApplyPatchType, configuration, "carrier")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parcel.Status.Phase)
	// Output:
	// Packed
	// Sent
}

// A type without a generated client: its kind and resource are all that is needed.
func Example_userType() {
	server := kubefake.NewServer(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	defer server.Close()
	client, err := kube.New(server.RESTConfig(), kube.WithTypes(types.Of[*Parcel](parcelKind, parcels, types.ScopeNamespaced)))
	if err != nil {
		fmt.Println(err)
		return
	}
	stop := make(chan struct{})
	defer client.Shutdown()
	defer close(stop)
	ctx := context.Background()
	if err := installParcels(ctx, client); err != nil {
		fmt.Println(err)
		return
	}

	objects := kclient.New[*Parcel](client)
	client.RunAndWait(stop)
	parcel, err := objects.CreateCtx(ctx, &Parcel{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p1"}, Spec: ParcelSpec{Items: 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := objects.WaitFor(ctx, parcel.ResourceVersion); err != nil { // the cache follows
		fmt.Println(err)
		return
	}
	fmt.Println("items:", objects.Get("p1", "shop").Spec.Items)
	// Output: items: 3
}

// installParcels does what kubectl apply does with the definition of the resource.
func installParcels(ctx context.Context, client kube.Client) error {
	_, err := client.Dynamic().Resource(definitions).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "parcels.shop.example.com"},
		"spec": map[string]any{
			"group": "shop.example.com", "scope": "Namespaced", "names": map[string]any{"plural": "parcels", "kind": "Parcel"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true, "subresources": map[string]any{"status": map[string]any{}},
			}},
		},
	}}, metav1.CreateOptions{})
	return err
}
