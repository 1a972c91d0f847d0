// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"fmt"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// watchMaps watches config maps, without the one that controllers of a cluster may put into each namespace.
func (e *env) watchMaps(opts metav1.ListOptions) watch.Interface {
	e.Helper()
	if opts.FieldSelector == "" {
		opts.FieldSelector = "metadata.name!=kube-root-ca.crt"
	}
	w := must(e.client.CoreV1().ConfigMaps(e.namespace).Watch(e.ctx, opts))(e)
	e.Cleanup(w.Stop)
	return w
}

// next waits for an event.
func (e *env) next(w watch.Interface) (watch.EventType, *corev1.ConfigMap) {
	e.Helper()
	select {
	case event, ok := <-w.ResultChan():
		if !ok {
			e.Fatal("the watch has ended")
		}
		cm, ok := event.Object.(*corev1.ConfigMap)
		if !ok {
			e.Fatalf("got %s %T, want a ConfigMap", event.Type, event.Object)
		}
		return event.Type, cm
	case <-e.ctx.Done():
		e.Fatal("no event came")
	}
	return "", nil
}

// expect waits for events, each written as type, name and value.
func (e *env) expect(w watch.Interface, want ...string) {
	e.Helper()
	var got []string
	for range want {
		kind, cm := e.next(w)
		got = append(got, fmt.Sprintf("%s %s %s", kind, cm.Name, cm.Data["key"]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		e.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

func (e *env) change(name, value string, labels map[string]string) *corev1.ConfigMap {
	e.Helper()
	cm := e.configMap(name, labels)
	cm.Data["key"] = value
	return must(e.client.CoreV1().ConfigMaps(e.namespace).Update(e.ctx, cm, metav1.UpdateOptions{}))(e)
}

func watchTests() []test {
	return []test{
		{"tellsEveryChangeAfterAResourceVersion", func(e *env) {
			first := e.createConfigMap("a", nil)
			e.change("a", "2", nil)
			w := e.watchMaps(metav1.ListOptions{ResourceVersion: first.ResourceVersion})
			e.createConfigMap("b", nil)
			e.noError(e.client.CoreV1().ConfigMaps(e.namespace).Delete(e.ctx, "a", metav1.DeleteOptions{}))
			e.expect(w, "MODIFIED a 2", "ADDED b value", "DELETED a 2")
		}},
		{"ofADeletionHasItsResourceVersion", func(e *env) {
			cm := e.createConfigMap("a", nil)
			w := e.watchMaps(metav1.ListOptions{ResourceVersion: cm.ResourceVersion})
			e.noError(e.client.CoreV1().ConfigMaps(e.namespace).Delete(e.ctx, "a", metav1.DeleteOptions{}))
			kind, gone := e.next(w)
			if kind != watch.Deleted || gone.ResourceVersion == cm.ResourceVersion {
				e.Errorf("got %s with resourceVersion %s, want DELETED with another than %s", kind, gone.ResourceVersion, cm.ResourceVersion)
			}
		}},
		{"withoutResourceVersionBeginsWithWhatIsThere", func(e *env) {
			e.createConfigMap("a", nil)
			w := e.watchMaps(metav1.ListOptions{})
			e.expect(w, "ADDED a value")
			e.change("a", "2", nil)
			e.expect(w, "MODIFIED a 2")
		}},
		{"translatesWhatEntersAndLeavesASelection", func(e *env) {
			in, out := map[string]string{"in": "yes"}, map[string]string{"in": "no"}
			first := e.createConfigMap("a", out)
			w := e.watchMaps(metav1.ListOptions{ResourceVersion: first.ResourceVersion, LabelSelector: "in=yes"})
			e.change("a", "2", in)
			e.change("a", "3", in)
			left := e.change("a", "4", out)
			e.change("a", "5", out)
			e.change("a", "6", in)
			e.noError(e.client.CoreV1().ConfigMaps(e.namespace).Delete(e.ctx, "a", metav1.DeleteOptions{}))
			e.expect(w, "ADDED a 2", "MODIFIED a 3")
			kind, cm := e.next(w)
			if kind != watch.Deleted || cm.Data["key"] != "3" || cm.ResourceVersion != left.ResourceVersion {
				e.Errorf("leaving: got %s %s at %s, want DELETED with the last value that matched, 3, at %s",
					kind, cm.Data["key"], cm.ResourceVersion, left.ResourceVersion)
			}
			e.expect(w, "ADDED a 6", "DELETED a 6")
		}},
		{"selectsByFields", func(e *env) {
			first := e.createConfigMap("a", nil)
			w := e.watchMaps(metav1.ListOptions{ResourceVersion: first.ResourceVersion, FieldSelector: "metadata.name=b"})
			e.change("a", "2", nil)
			e.createConfigMap("b", nil)
			e.expect(w, "ADDED b value")
		}},
		{"canSendTheInitialListItself", func(e *env) {
			e.createConfigMap("a", nil)
			e.createConfigMap("b", nil)
			yes := true
			w := e.watchMaps(metav1.ListOptions{
				SendInitialEvents: &yes, AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
			})
			e.expect(w, "ADDED a value", "ADDED b value")
			kind, mark := e.next(w)
			if kind != watch.Bookmark || mark.Annotations[metav1.InitialEventsAnnotationKey] != "true" || mark.ResourceVersion == "" {
				e.Errorf("got %s with annotations %v at %q, want the bookmark that ends the list", kind, mark.Annotations, mark.ResourceVersion)
			}
			e.change("b", "2", nil)
			e.expect(w, "MODIFIED b 2")
		}},
		{"endsAfterItsTimeout", func(e *env) {
			second := int64(1)
			w := e.watchMaps(metav1.ListOptions{TimeoutSeconds: &second})
			for {
				select {
				case _, ok := <-w.ResultChan():
					if !ok {
						return
					}
				case <-e.ctx.Done():
					e.Fatal("the watch did not end")
				}
			}
		}},
		{"ofMarkedObjectsIsAModification", func(e *env) {
			cm := e.configMap("a", nil)
			cm.Finalizers = []string{"example.com/one"}
			maps := e.client.CoreV1().ConfigMaps(e.namespace)
			cm = must(maps.Create(e.ctx, cm, metav1.CreateOptions{}))(e)
			w := e.watchMaps(metav1.ListOptions{ResourceVersion: cm.ResourceVersion})
			e.noError(maps.Delete(e.ctx, "a", metav1.DeleteOptions{}))
			kind, marked := e.next(w)
			if kind != watch.Modified || marked.DeletionTimestamp == nil {
				e.Errorf("got %s with deletionTimestamp %v", kind, marked.DeletionTimestamp)
			}
			marked.Finalizers = nil
			must(maps.Update(e.ctx, marked, metav1.UpdateOptions{}))(e)
			e.expect(w, "DELETED a value")
		}},
	}
}
