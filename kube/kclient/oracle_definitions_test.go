// SPDX-License-Identifier: Apache-2.0

package kclient_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/kclient"
	"github.com/krtkit/krtkit/kube/kubefake"
	"github.com/krtkit/krtkit/kube/kubetypes"
)

// Defects F row 2 a, C.1 rows 1 to 4: in every iteration the definition of things is
// created, established, deleted or installed again, or one of its versions is served or
// no longer served, while handlers and indexes are added and looked into, handlers ended,
// and informers closed and made again. In one half of the seeds watches break and lists
// fail, in another the server takes its time to say which resources it serves.
//
// Defects C.1 rows 1, 2 and 10.
func TestOracle_definitionsComeAndGo(t *testing.T) {
	trials(t, 600, 200, func(t *testing.T, random *rand.Rand, iterations int) {
		var wrap func(http.RoundTripper) http.RoundTripper
		if random.IntN(2) == 0 {
			wrap = answersLate
		}
		s := newStage(t, wrap, nil)
		d := &definitionLife{t: t, client: s.client.Dynamic()}
		for range 2 {
			s.watch(func(random *rand.Rand) view { return d.open(s, random) })
		}
		f := &faults{server: s.server, resources: []string{"customresourcedefinitions", "things"}}
		changeFaults := func(*rand.Rand) {}
		if d.faulty = random.IntN(2) == 0; d.faulty {
			changeFaults = f.change
		}
		runs := random.IntN(5)
		for i := range iterations {
			if i == runs {
				s.run()
			}
			s.round(random, d.swap, d.write, changeFaults)
			switch random.IntN(9) {
			case 0, 1, 2:
				synctest.Wait()
			case 3:
				time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond) // of the bubble
			}
			if i >= runs && random.IntN(8) == 0 || i == iterations-1 {
				f.end()
				d.check(s)
			}
			if t.Failed() {
				break
			}
		}
		if random.IntN(2) == 0 {
			s.abandon("things")
		}
		s.end(random, func() {
			d.swap(random)
			d.write(random)
		}, d.swap, d.write, changeFaults)
		f.end()
	})
}

// answersLate has answers about the resources of a group arrive when they may be wrong
// already.
func answersLate(next http.RoundTripper) http.RoundTripper { return lateAnswers{next} }

type lateAnswers struct{ next http.RoundTripper }

func (l lateAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(request)
	if request.URL.Path == "/apis/example.com/v1" {
		select {
		case <-time.After(8 * time.Second): // of the bubble
		case <-request.Context().Done():
		}
	}
	return response, err
}

// definitionLife changes the definition of things, and things. One goroutine at a time
// calls swap.
type definitionLife struct {
	t      *testing.T
	client dynamic.Interface

	present, served, rival bool
	faulty                 bool // watches break and lists fail
}

// rival is a definition that takes the kind of things, so that theirs is not established.
func rival() *unstructured.Unstructured {
	d := definition("v1")
	d.SetName("rivals.example.com")
	if err := unstructured.SetNestedField(d.Object, "rivals", "spec", "names", "plural"); err != nil {
		panic(err)
	}
	return d
}

// version returns v1 as it is in the list of versions.
func (d *definitionLife) version() string {
	if d.served {
		return "v1"
	}
	return "-v1"
}

func (d *definitionLife) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Error(err)
	}
}

// swap changes something about the definition.
func (d *definitionLife) swap(random *rand.Rand) {
	crds, ctx := d.client.Resource(definitions), d.t.Context()
	switch n := random.IntN(10); {
	case n == 0 && d.rival:
		d.rival = false
		d.must(crds.Delete(ctx, "rivals.example.com", metav1.DeleteOptions{}))
	case n == 0:
		d.rival = true
		_, err := crds.Create(ctx, rival(), metav1.CreateOptions{})
		d.must(err)
	case !d.present:
		d.present, d.served = true, random.IntN(4) > 0
		_, err := crds.Create(ctx, definition("v1alpha1", d.version()), metav1.CreateOptions{})
		d.must(err)
	case n < 4:
		d.served = !d.served
		patch := fmt.Sprintf(`{"spec":{"versions":[{"name":"v1alpha1","served":true,"storage":true},{"name":"v1","served":%v,"storage":false}]}}`, d.served)
		_, err := crds.Patch(ctx, "things.example.com", apitypes.MergePatchType, []byte(patch), metav1.PatchOptions{})
		d.must(err)
	default:
		d.must(crds.Delete(ctx, "things.example.com", metav1.DeleteOptions{}))
		d.present = random.IntN(3) == 0 // and back at once
		if d.present {
			d.served = true
			_, err := crds.Create(ctx, definition("v1alpha1", d.version()), metav1.CreateOptions{})
			d.must(err)
		}
	}
	d.write(random)
}

// write changes things, in one version or the other. It fails where they are not served.
func (d *definitionLife) write(random *rand.Rand) {
	for range random.IntN(3) {
		d.writeOne(random, fmt.Sprint("x", random.IntN(4)))
	}
}

func (d *definitionLife) writeOne(random *rand.Rand, name string) {
	ctx, color := d.t.Context(), pick(random, colors...)
	made := thing(name)
	made.SetLabels(map[string]string{"color": color})
	objects := d.client.Resource(things)
	if random.IntN(4) == 0 {
		made.SetAPIVersion("example.com/v1alpha1")
		objects = d.client.Resource(things.GroupResource().WithVersion("v1alpha1"))
	}
	if random.IntN(4) == 0 {
		tolerate(d.t, objects.Delete(ctx, name, metav1.DeleteOptions{}))
		return
	}
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"color":%q}}}`, color)
	_, err := objects.Patch(ctx, name, apitypes.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		_, err = objects.Create(ctx, made, metav1.CreateOptions{})
	}
	tolerate(d.t, err)
}

// open opens an informer of things, in one of two forms.
func (d *definitionLife) open(s *stage, random *rand.Rand) view {
	form := pick(random, kubetypes.DynamicInformer, kubetypes.DynamicInformer, kubetypes.MetadataInformer)
	return view{
		informer: kclient.NewDelayedInformer[controllers.Object](s.client, things, form, kclient.Filter{}),
		told:     true,
	}
}

// check compares all observers with the server, which has no things where it does not
// serve them.
func (d *definitionLife) check(s *stage) {
	d.t.Helper()
	objects := d.client.Resource(things)
	phase, version := kclient.PhaseAbsent, ""
	if d.present && d.served {
		phase = kclient.PhaseReady
		if _, err := objects.List(d.t.Context(), metav1.ListOptions{}); apierrors.IsNotFound(err) {
			phase = kclient.PhaseAbsent // it is not established
		}
	}
	if phase == kclient.PhaseReady {
		version = d.mark()
		d.catchUp()
	} else {
		d.expectSilence(s)
	}
	s.settled(version, func(o *observer) {
		d.t.Helper()
		var served []controllers.Object
		if phase == kclient.PhaseReady {
			list, err := objects.List(d.t.Context(), metav1.ListOptions{})
			d.must(err)
			for i := range list.Items {
				served = append(served, &list.Items[i])
			}
		}
		o.check(d.t, served)
		if got := o.informer.State(); got.Phase != phase {
			d.t.Errorf("%s is %v, want %v", o.name, got, phase)
		}
	})
}

// catchUp waits until the definitions are known, which have no version to wait for.
func (d *definitionLife) catchUp() {
	if d.faulty {
		time.Sleep(2 * time.Minute) // of the bubble; longer than any back-off
	}
	synctest.Wait()
}

// expectSilence has nobody ask for things, which are not served, once that is known.
func (d *definitionLife) expectSilence(s *stage) {
	d.t.Helper()
	d.catchUp()
	requests := s.server.Delay(kubefake.Match{Resource: "things"}, 0)
	defer requests.Stop()
	time.Sleep(5 * time.Minute) // of the bubble
	if n := requests.Count(); n > 0 {
		d.t.Errorf("%d requests for things, which are not served", n)
	}
}

// mark makes a change that everybody sees, and returns its version.
func (d *definitionLife) mark() string {
	objects, ctx := d.client.Resource(things), d.t.Context()
	tolerate(d.t, objects.Delete(ctx, "last", metav1.DeleteOptions{}))
	obj, err := objects.Create(ctx, thing("last"), metav1.CreateOptions{})
	d.must(err)
	return obj.GetResourceVersion()
}
