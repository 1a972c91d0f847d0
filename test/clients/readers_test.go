// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
)

// reader is a client that reads objects of one resource in the namespace default.
type reader struct {
	version func(name string) string // that it gets now
	events  <-chan string            // what it is told, as "TYPE name version"
}

// readers are the clients, by name. They watch from now on, until the test ends.
func (w *world) readers(r resource) map[string]reader {
	readers := map[string]reader{
		"dynamic":                    w.dynamicReader(r),
		"metadata":                   w.metadataReader(r),
		"controller-runtime":         w.runtimeReader(r),
		"controller-runtime's cache": w.cacheReader(r),
		"kubectl":                    w.kubectlReader(r),
	}
	if r == configMaps() {
		readers["typed"] = w.typedReader()
	}
	return readers
}

func (w *world) typedReader() reader {
	client := w.typed.CoreV1().ConfigMaps("default")
	return reader{
		version: func(name string) string {
			return need(client.Get(w.ctx, name, metav1.GetOptions{}))(w.T).ResourceVersion
		},
		events: w.events(client.Watch(w.ctx, metav1.ListOptions{})),
	}
}

func (w *world) dynamicReader(r resource) reader {
	client := w.dynamic.Resource(r.GroupVersionResource).Namespace("default")
	return reader{
		version: func(name string) string {
			return need(client.Get(w.ctx, name, metav1.GetOptions{}))(w.T).GetResourceVersion()
		},
		events: w.events(client.Watch(w.ctx, metav1.ListOptions{})),
	}
}

func (w *world) metadataReader(r resource) reader {
	client := w.metadata.Resource(r.GroupVersionResource).Namespace("default")
	return reader{
		version: func(name string) string {
			return need(client.Get(w.ctx, name, metav1.GetOptions{}))(w.T).ResourceVersion
		},
		events: w.events(client.Watch(w.ctx, metav1.ListOptions{})),
	}
}

func (w *world) runtimeReader(r resource) reader {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(r.GroupVersion().WithKind(r.kind + "List"))
	return reader{
		version: func(name string) string {
			object := r.object(name, "")
			w.noError(w.runtime.Get(w.ctx, types.NamespacedName{Namespace: "default", Name: name}, object))
			return object.GetResourceVersion()
		},
		events: w.events(w.runtime.Watch(w.ctx, list)),
	}
}

// events tells what a watch does.
func (w *world) events(watcher watch.Interface, err error) <-chan string {
	w.Helper()
	w.noError(err)
	w.Cleanup(watcher.Stop)
	events := make(chan string, 100)
	go func() {
		for event := range watcher.ResultChan() {
			if o, ok := event.Object.(metav1.Object); ok {
				events <- eventText(event.Type, o)
			}
		}
	}()
	return events
}

func eventText(kind watch.EventType, o metav1.Object) string {
	return string(kind) + " " + o.GetName() + " " + o.GetResourceVersion()
}

// cacheReader reads from a cache of controller-runtime that has the objects before it
// returns.
func (w *world) cacheReader(r resource) reader {
	w.Helper()
	cache := need(ctrlcache.New(w.server.RESTConfig(), ctrlcache.Options{}))(w.T)
	informer := need(cache.GetInformer(w.ctx, r.object("", ""), ctrlcache.BlockUntilSynced(false)))(w.T)
	events := make(chan string, 100)
	tell := func(kind watch.EventType, object any) {
		if gone, ok := object.(toolscache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		if o, ok := object.(metav1.Object); ok {
			events <- eventText(kind, o)
		}
	}
	_ = need(informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { tell(watch.Added, o) },
		UpdateFunc: func(_, o any) { tell(watch.Modified, o) },
		DeleteFunc: func(o any) { tell(watch.Deleted, o) },
	}))(w.T)
	ended := make(chan error, 1)
	go func() { ended <- cache.Start(w.ctx) }()
	w.Cleanup(func() { // the context has ended
		if err := <-ended; err != nil {
			w.Errorf("controller-runtime's cache: %v", err)
		}
	})
	if !cache.WaitForCacheSync(w.ctx) {
		w.Fatal("controller-runtime's cache is not synced")
	}
	return reader{events: events, version: func(name string) string {
		object := r.object(name, "")
		w.noError(cache.Get(w.ctx, types.NamespacedName{Namespace: "default", Name: name}, object))
		return object.GetResourceVersion()
	}}
}

func (w *world) kubectlReader(r resource) reader {
	w.Helper()
	name := r.GroupResource().String()
	cmd := w.kubectlCommand("get", name, "--watch", "--output-watch-events", "-o", "json")
	out := need(cmd.StdoutPipe())(w.T)
	w.noError(cmd.Start())
	events := make(chan string, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := json.NewDecoder(out); ; {
			var event struct {
				Type   watch.EventType
				Object unstructured.Unstructured
			}
			err := lines.Decode(&event)
			if errors.Is(err, io.EOF) || w.ctx.Err() != nil {
				return
			}
			if err != nil {
				w.Errorf("kubectl get --watch: %v", err)
				return
			}
			events <- eventText(event.Type, &event.Object)
		}
	}()
	w.Cleanup(func() { // the context has ended, and with it kubectl, with an error
		<-ended
		_ = cmd.Wait()
	})
	return reader{events: events, version: func(object string) string {
		return w.kubectl("", "get", name, object, "-o", "jsonpath={.metadata.resourceVersion}")
	}}
}

// want fails the test unless the reader is told this next.
func (r reader) want(t *testing.T, who, want string) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case got := <-r.events:
		if got != want {
			t.Errorf("%s is told %q, want %q", who, got, want)
		}
	case <-timeout.C:
		t.Fatalf("%s is not told %q", who, want)
	}
}
