// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// The version that the server says it is. Kinds whose life ended by then are not served.
const (
	Major = 1
	Minor = 37
)

// Builtin returns the resources of the kinds in client-go's scheme, sorted, without those that Kubernetes no longer
// serves in this version.
func Builtin() []*Info {
	facts := builtinFacts()
	var infos []*Info
	for gvk := range scheme.Scheme.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal {
			continue
		}
		fact := facts[schema.GroupKind{Group: gvk.Group, Kind: gvk.Kind}]
		if fact.hidden || !fact.review && !scheme.Scheme.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List")) {
			continue
		}
		sample, err := scheme.Scheme.New(gvk)
		if err != nil {
			continue
		}
		obj, ok := sample.(object.Object)
		if !ok || removed(obj) {
			continue
		}
		infos = append(infos, builtin(gvk, obj, fact))
	}
	slices.SortFunc(infos, func(a, b *Info) int {
		return cmp.Compare(a.Resource.String(), b.Resource.String())
	})
	return infos
}

func removed(obj runtime.Object) bool {
	l, ok := obj.(interface {
		APILifecycleRemoved() (major, minor int)
	})
	if !ok {
		return false
	}
	major, minor := l.APILifecycleRemoved()
	return major < Major || major == Major && minor <= Minor
}

func builtin(gvk schema.GroupVersionKind, sample object.Object, fact fact) *Info {
	plural, singular := meta.UnsafeGuessKindToResource(gvk)
	info := &Info{
		Resource:         plural,
		Storage:          plural,
		Kind:             object.NewKind(gvk, true),
		List:             object.NewKind(gvk.GroupVersion().WithKind(gvk.Kind+"List"), true),
		Singular:         singular.Resource,
		ShortNames:       strings.Fields(fact.short),
		Namespaced:       !fact.cluster,
		Verbs:            standardVerbs(),
		HasStatus:        object.HasStatus(sample) && !fact.review,
		KeepStatus:       fact.keepStatus,
		Generation:       fact.generation,
		OrphanDependents: fact.orphan,
		Scale:            fact.scale,
		Unconditional:    !fact.conditional,
		NameErrors:       fact.name,
		Fields:           fact.fields,
		Prepare:          fact.prepare,
		Columns:          fact.columns,
		New: func() object.Object {
			obj, err := scheme.Scheme.New(gvk)
			if err != nil {
				// The kind was found in this scheme, which does not change.
				panic(err)
			}
			return obj.(object.Object)
		},
	}
	if fact.all {
		info.Categories = []string{"all"}
	}
	if info.NameErrors == nil {
		info.NameErrors = validation.NameIsDNSSubdomain
	}
	switch {
	case fact.review:
		info.Verbs = []string{"create"}
	case fact.readOnly:
		info.Verbs = []string{"get", "list"}
	}
	return info
}
