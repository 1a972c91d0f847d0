// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// family creates a config map for each word, such as "b<a" for one that a owns or "c<a!,b" for one that a and b own, and
// that a has to wait for.
func family(t *testing.T, client kubernetes.Interface, words ...string) {
	t.Helper()
	uids := map[string]types.UID{}
	for _, word := range words {
		name, owners, _ := strings.Cut(word, "<")
		cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
		for owner := range strings.FieldsFuncSeq(owners, func(r rune) bool { return r == ',' }) {
			owner, blocks := strings.CutSuffix(owner, "!")
			cm.OwnerReferences = append(cm.OwnerReferences, metav1.OwnerReference{
				APIVersion: "v1", Kind: "ConfigMap", Name: owner, UID: uids[owner], BlockOwnerDeletion: &blocks,
			})
		}
		cm, err := client.CoreV1().ConfigMaps("default").Create(t.Context(), cm, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		uids[name] = cm.UID
	}
}

// left returns the config maps that are there, each with its owners.
func left(t *testing.T, client kubernetes.Interface) []string {
	t.Helper()
	list, err := client.CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, cm := range list.Items {
		text := cm.Name
		for i, ref := range cm.OwnerReferences {
			text += []string{"<", ","}[min(i, 1)] + ref.Name
		}
		out = append(out, text)
	}
	return out
}

func wantLeft(t *testing.T, client kubernetes.Interface, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, left(t, client)); diff != "" {
		t.Errorf("config maps mismatch (-want +got):\n%s", diff)
	}
}

func deleteMap(t *testing.T, client kubernetes.Interface, name string, policy metav1.DeletionPropagation) {
	t.Helper()
	err := client.CoreV1().ConfigMaps("default").Delete(t.Context(), name, metav1.DeleteOptions{PropagationPolicy: &policy})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGarbageCollection_doesWhatTheDeletionSays(t *testing.T) {
	for name, tt := range map[string]struct {
		family []string
		policy metav1.DeletionPropagation
		left   []string
	}{
		"background takes children and theirs":      {[]string{"a", "b<a", "c<b", "d"}, metav1.DeletePropagationBackground, []string{"d"}},
		"background leaves those with other owners": {[]string{"a", "b", "c<a,b", "d<c"}, metav1.DeletePropagationBackground, []string{"b", "c<b", "d<c"}},
		"foreground takes children and theirs":      {[]string{"a", "b<a!", "c<b!", "d<a", "e"}, metav1.DeletePropagationForeground, []string{"e"}},
		"foreground leaves those with other owners": {[]string{"a", "b", "c<a!,b"}, metav1.DeletePropagationForeground, []string{"b", "c<b"}},
		"orphan leaves children without it":         {[]string{"a", "b<a!", "c<b", "d<a"}, metav1.DeletePropagationOrphan, []string{"b", "c<b", "d"}},
		"nothing depends on it":                     {[]string{"a", "b"}, metav1.DeletePropagationForeground, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, client := newServer(t)
			family(t, client, tt.family...)
			deleteMap(t, client, "a", tt.policy)
			wantLeft(t, client, tt.left...)
		})
	}
}

func TestGarbageCollection_foregroundWaitsForFinalizersOfDependents(t *testing.T) {
	_, client := newServer(t)
	family(t, client, "a", "b<a!")
	maps := client.CoreV1().ConfigMaps("default")
	finalizers := func(text string) {
		t.Helper()
		patch := []byte(`{"metadata":{"finalizers":` + text + `}}`)
		if _, err := maps.Patch(t.Context(), "b", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	finalizers(`["example.com/one"]`)
	deleteMap(t, client, "a", metav1.DeletePropagationForeground)
	wantLeft(t, client, "a", "b<a")
	a, err := maps.Get(t.Context(), "a", metav1.GetOptions{})
	if err != nil || a.DeletionTimestamp == nil || !slices.Equal(a.Finalizers, []string{metav1.FinalizerDeleteDependents}) {
		t.Errorf("the owner is %v, %v", a, err)
	}
	finalizers(`[]`)
	wantLeft(t, client)
}

func TestGarbageCollection_foregroundWaitsForDependentsOfDependents(t *testing.T) {
	_, client := newServer(t)
	family(t, client, "a", "b<a!", "c<b!")
	maps := client.CoreV1().ConfigMaps("default")
	for _, finalizers := range []string{`["example.com/one"]`, `[]`} {
		patch := []byte(`{"metadata":{"finalizers":` + finalizers + `}}`)
		if _, err := maps.Patch(t.Context(), "c", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
		if finalizers != `[]` {
			deleteMap(t, client, "a", metav1.DeletePropagationForeground)
			wantLeft(t, client, "a", "b<a", "c<b")
		}
	}
	wantLeft(t, client)
}

func TestGarbageCollection_foregroundEndsWhenADependentBlocksNoMore(t *testing.T) {
	_, client := newServer(t)
	family(t, client, "a", "b<a!")
	maps := client.CoreV1().ConfigMaps("default")
	b, err := maps.Get(t.Context(), "b", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.Finalizers = []string{"example.com/one"}
	if b, err = maps.Update(t.Context(), b, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	deleteMap(t, client, "a", metav1.DeletePropagationForeground)
	patch := []byte(`{"metadata":{"ownerReferences":null}}`)
	if _, err := maps.Patch(t.Context(), b.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	wantLeft(t, client, "b")
}

func TestGarbageCollection_foregroundEndsInCircles(t *testing.T) {
	_, client := newServer(t)
	family(t, client, "a", "b<a!")
	maps := client.CoreV1().ConfigMaps("default")
	b, err := maps.Get(t.Context(), "b", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	patch := fmt.Appendf(nil, `{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":%q,"blockOwnerDeletion":true}]}}`, b.UID)
	if _, err := maps.Patch(t.Context(), "a", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	deleteMap(t, client, "a", metav1.DeletePropagationForeground)
	wantLeft(t, client)
}

func TestGarbageCollection_leavesWhatNeverHadItsOwner(t *testing.T) {
	orphan := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Name: "b", OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "a", UID: "never"}},
	}}
	_, client := newServer(t, orphan)
	family(t, client, "a")
	deleteMap(t, client, "a", metav1.DeletePropagationBackground)
	wantLeft(t, client, "b<a")
}

func TestGarbageCollection_staysInTheNamespace(t *testing.T) {
	owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a", UID: "uid-a"}}
	far := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", Name: "b", OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "a", UID: "uid-a"}},
	}}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", UID: "uid-n"}}
	near := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", Name: "c", OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n", UID: "uid-n"}},
	}}
	_, client := newServer(t, owner, far, node, near)
	deleteMap(t, client, "a", metav1.DeletePropagationBackground)
	if err := client.CoreV1().Nodes().Delete(t.Context(), "n", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	list, err := client.CoreV1().ConfigMaps("shop").List(t.Context(), metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Name != "b" {
		t.Errorf("got %v, %v; want b only", list.Items, err)
	}
}

func TestGarbageCollection_takesWhatADefinitionOwned(t *testing.T) {
	owner := thing("owner")
	owner.SetUID("uid-1")
	owned := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Name: "a", OwnerReferences: []metav1.OwnerReference{{APIVersion: "example.com/v1", Kind: "Thing", Name: "owner", UID: "uid-1"}},
	}}
	server, client := newServer(t, definition("Thing", "things"), owner, owned)
	if err := things(t, server).Delete(t.Context(), "owner", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	wantLeft(t, client)
}

func TestPauseGarbageCollection_leavesThingsUntilItIsOver(t *testing.T) {
	server, client := newServer(t)
	family(t, client, "a", "b<a", "c", "d<c!")
	first, second := server.PauseGarbageCollection(), server.PauseGarbageCollection()
	deleteMap(t, client, "a", metav1.DeletePropagationBackground)
	deleteMap(t, client, "c", metav1.DeletePropagationForeground)
	first()
	first()
	wantLeft(t, client, "b<a", "c", "d<c")
	second()
	wantLeft(t, client)
}

func TestGarbageCollection_isCompleteUnderConcurrentWrites(t *testing.T) {
	_, client := newServer(t)
	var running sync.WaitGroup
	for i := range 8 {
		running.Go(func() {
			names := []string{fmt.Sprint("a", i), fmt.Sprint("b", i), fmt.Sprint("c", i)}
			family(t, client, names[0], names[1]+"<"+names[0]+"!", names[2]+"<"+names[1])
			policies := []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground}
			deleteMap(t, client, names[0], policies[i%2])
		})
	}
	running.Wait()
	wantLeft(t, client)
}
