// SPDX-License-Identifier: Apache-2.0

package clienttest

import (
	"context"
	"reflect"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/types"
	"github.com/krtkit/krtkit/util/sets"
	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
)

// TestClient reads and writes objects of type T. Errors end the test.
type TestClient[T controllers.Object] struct {
	TestWriter[T]

	reader kclient.Reader[T]
}

// Get returns an object, the zero T if there is none.
func (c TestClient[T]) Get(name, namespace string) T {
	c.t.Helper()
	return c.reader.Get(name, namespace)
}

// List returns the objects of a namespace, or of all for "", that match the selector; a nil selector matches all.
func (c TestClient[T]) List(namespace string, selector klabels.Selector) []T {
	c.t.Helper()
	if selector == nil {
		selector = klabels.Everything()
	}
	return c.reader.List(namespace, selector)
}

// Wrap returns a client that reads from the cache of another one and writes through it.
func Wrap[T controllers.Object](t test.Failer, c kclient.Client[T]) TestClient[T] {
	return WrapReadWriter[T](t, c)
}

// WrapReadWriter is [Wrap] for what has no informer.
func WrapReadWriter[T controllers.Object](t test.Failer, c kclient.ReadWriter[T]) TestClient[T] {
	return TestClient[T]{TestWriter: TestWriter[T]{t: t, writer: c}, reader: c}
}

// NewDirectClient returns a client that reads from the server, not from a cache: what it returns is what is there, and
// belongs to the caller. PT is what the items of the list TL are, such as corev1.Pod for *corev1.PodList.
func NewDirectClient[T controllers.ComparableObject, PT any, TL runtime.Object](t test.Failer, c kube.Client) TestClient[T] {
	t.Helper()
	writer := NewWriter[T](t, c)
	info, err := c.Types().ForType(reflect.TypeFor[T]())
	if err != nil {
		t.Fatalf("%v", err)
	}
	client, err := c.RESTClient(info)
	if err != nil {
		t.Fatalf("client of %s: %v", info.GVR, err)
	}
	return TestClient[T]{TestWriter: writer, reader: direct[T, PT, TL]{t: t, info: info, rest: client}}
}

// direct reads from the server.
type direct[T controllers.ComparableObject, PT any, TL runtime.Object] struct {
	t    test.Failer
	info types.Info
	rest rest.Interface
}

func (d direct[T, PT, TL]) at(namespace string) *rest.Request {
	scoped := namespace != "" && d.info.Scope != types.ScopeCluster
	return d.rest.Get().NamespaceIfScoped(namespace, scoped).Resource(d.info.GVR.Resource)
}

// Get implements [kclient.Reader].
func (d direct[T, PT, TL]) Get(name, namespace string) T {
	d.t.Helper()
	var none T
	obj := d.info.New()
	err := d.at(namespace).Name(name).Do(context.Background()).Into(obj)
	switch {
	case apierrors.IsNotFound(err):
		return none
	case err != nil:
		d.t.Fatalf("get %T %s/%s: %v", none, namespace, name, err)
	}
	return obj.(T)
}

// List implements [kclient.Reader].
func (d direct[T, PT, TL]) List(namespace string, selector klabels.Selector) []T {
	d.t.Helper()
	var none T
	list, ok := reflect.TypeAssert[TL](reflect.New(reflect.TypeFor[TL]().Elem()))
	if !ok {
		d.t.Fatalf("list %T: %s is no pointer to a list", none, reflect.TypeFor[TL]())
	}
	opts := metav1.ListOptions{LabelSelector: selector.String()}
	err := d.at(namespace).VersionedParams(&opts, metav1.ParameterCodec).Do(context.Background()).Into(list)
	if err != nil {
		d.t.Fatalf("list %T in namespace %q: %v", none, namespace, err)
	}
	var out []T
	err = meta.EachListItem(list, func(item runtime.Object) error {
		obj, ok := item.(T)
		if !ok {
			d.t.Fatalf("list %T: %T has items of type %T", none, list, item)
		}
		out = append(out, obj)
		return nil
	})
	if err != nil {
		d.t.Fatalf("list %T in namespace %q: %v", none, namespace, err)
	}
	return out
}

// TrackerHandler returns a handler that records "add/NAME", "update/NAME" and "delete/NAME".
func TrackerHandler(tracker *assert.Tracker[string]) controllers.EventHandler[controllers.Object] {
	return controllers.EventHandler[controllers.Object]{
		AddFunc:    func(obj controllers.Object) { tracker.Record("add/" + obj.GetName()) },
		UpdateFunc: func(_, obj controllers.Object) { tracker.Record("update/" + obj.GetName()) },
		DeleteFunc: func(obj controllers.Object) { tracker.Record("delete/" + obj.GetName()) },
	}
}

// Names returns the names of the objects, without their namespaces.
func Names[T controllers.Object](list []T) sets.String {
	out := sets.NewWithLength[string](len(list))
	for _, obj := range list {
		out.Insert(obj.GetName())
	}
	return out
}
