// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
)

func readAll(resp *http.Response) (string, error) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return string(body), err
}

// faulty are servers on which a watch of pods does not go well.
var faulty = map[string]func(*kubefake.Server) []*kubefake.Fault{
	"watches are cut": func(s *kubefake.Server) []*kubefake.Fault {
		return []*kubefake.Fault{s.CutWatchesEvery(3, kubefake.Match{Resource: "pods"})}
	},
	"watches expire": func(s *kubefake.Server) []*kubefake.Fault {
		return []*kubefake.Fault{s.ExpireWatchesEvery(3, kubefake.Match{Resource: "pods"})}
	},
	"watches are cut and refused": func(s *kubefake.Server) []*kubefake.Fault {
		watches := kubefake.Match{Verb: "watch", Resource: "pods"}
		return []*kubefake.Fault{
			s.CutWatchesEvery(2, watches),
			s.FailNext(2, watches, apierrors.NewResourceExpired("on purpose")),
			s.FailNext(2, watches, apierrors.NewTooManyRequests("on purpose", 3)),
			s.FailNext(2, watches, apierrors.NewInternalError(io.ErrUnexpectedEOF)),
			s.LoseNext(2, watches),
		}
	},
	"watches expire and lists fail": func(s *kubefake.Server) []*kubefake.Fault {
		lists := kubefake.Match{Resource: "pods", Func: func(r kubefake.Request) bool { return r.Verb == "list" || r.Verb == "watch" }}
		return []*kubefake.Fault{
			s.ExpireWatchesEvery(2, lists),
			s.FailNext(3, lists, apierrors.NewServiceUnavailable("on purpose")),
			s.LoseNext(3, lists),
			s.Delay(lists, time.Second),
		}
	},
	"watches are slow and expire": func(s *kubefake.Server) []*kubefake.Fault {
		pods := kubefake.Match{Resource: "pods"}
		return []*kubefake.Fault{s.SlowWatches(pods, time.Second), s.ExpireWatchesEvery(5, pods)}
	},
}

// churn changes pods at random.
func churn(t *testing.T, client kubernetes.Interface, random *rand.Rand) {
	t.Helper()
	pods := client.CoreV1().Pods("shop")
	for i := range 60 {
		name := fmt.Sprint("pod-", random.IntN(8))
		present, err := pods.Get(t.Context(), name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			_, err = pods.Create(t.Context(), pod("shop", name), metav1.CreateOptions{})
		case err == nil && random.IntN(3) == 0:
			err = pods.Delete(t.Context(), name, metav1.DeleteOptions{})
		case err == nil:
			present.Labels["v"] = fmt.Sprint(i)
			_, err = pods.Update(t.Context(), present, metav1.UpdateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if random.IntN(4) == 0 {
			time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond) // in the bubble's time
		}
	}
}

func freshList(t *testing.T, client kubernetes.Interface) map[string]string {
	t.Helper()
	list, err := client.CoreV1().Pods("shop").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range list.Items {
		out[p.Name] = p.ResourceVersion
	}
	return out
}

func stopAll(faults []*kubefake.Fault) (acted int) {
	for _, f := range faults {
		acted += f.Count()
		f.Stop()
	}
	return acted
}

func TestFaults_reflectorsEndUpWithWhatIsThere(t *testing.T) {
	for name, inflict := range faulty {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubefake.NewServer(pod("shop", "pod-0"), pod("shop", "pod-1"))
				client := clientOf(t, server)
				factory := informers.NewSharedInformerFactory(client, 0)
				informer := factory.Core().V1().Pods().Informer()
				// The default handler slows errors down by the time of the last one, which is outside of the bubble.
				if err := informer.SetWatchErrorHandler(func(*cache.Reflector, error) {}); err != nil {
					t.Fatal(err)
				}
				stop := make(chan struct{})
				faults := inflict(server)
				factory.Start(stop)
				churn(t, client, rand.New(rand.NewPCG(1, 2)))
				time.Sleep(10 * time.Minute) // longer than any back-off, in the bubble's time
				got := map[string]string{}
				for _, obj := range informer.GetStore().List() {
					p := obj.(*corev1.Pod)
					got[p.Name] = p.ResourceVersion
				}
				if acted := stopAll(faults); acted == 0 {
					t.Error("no fault has acted")
				}
				if diff := cmp.Diff(freshList(t, client), got); diff != "" {
					t.Errorf("store mismatch (-want +got):\n%s", diff)
				}
				close(stop)
				factory.Shutdown()
				server.Close()
			})
		})
	}
}

func TestFaults_informersEndUpWithWhatIsThere(t *testing.T) {
	for name, inflict := range faulty {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := kubefake.NewClient(pod("shop", "pod-0"), pod("shop", "pod-1"))
				typed := clientOf(t, client.Server())
				pods := kclient.New[*corev1.Pod](client)
				handled := map[string]string{}
				pods.AddEventHandler(controllers.EventHandler[*corev1.Pod]{
					AddFunc: func(p *corev1.Pod) {
						if _, ok := handled[p.Name]; ok {
							t.Errorf("%s was added twice", p.Name)
						}
						handled[p.Name] = p.ResourceVersion
					},
					UpdateFunc: func(old, p *corev1.Pod) {
						if handled[p.Name] != old.ResourceVersion {
							t.Errorf("%s was updated from %s, which was %s", p.Name, old.ResourceVersion, handled[p.Name])
						}
						handled[p.Name] = p.ResourceVersion
					},
					DeleteFunc: func(p *corev1.Pod) {
						if _, ok := handled[p.Name]; !ok {
							t.Errorf("%s was deleted but not there", p.Name)
						}
						delete(handled, p.Name)
					},
				})
				stop := make(chan struct{})
				faults := inflict(client.Server())
				if !client.RunAndWait(stop) {
					t.Fatal("the informer is not ready")
				}
				churn(t, typed, rand.New(rand.NewPCG(3, 4)))
				time.Sleep(10 * time.Minute) // longer than any back-off, in the bubble's time
				if acted := stopAll(faults); acted == 0 {
					t.Error("no fault has acted")
				}
				synctest.Wait()
				want, cached := freshList(t, typed), map[string]string{}
				for _, p := range pods.List("shop", klabels.Everything()) {
					cached[p.Name] = p.ResourceVersion
				}
				if diff := cmp.Diff(want, cached); diff != "" {
					t.Errorf("cache mismatch (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want, handled); diff != "" {
					t.Errorf("what the handler knows mismatch (-want +got):\n%s", diff)
				}
				close(stop)
				client.Shutdown()
				client.Close()
			})
		})
	}
}
