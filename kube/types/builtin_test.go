// SPDX-License-Identifier: Apache-2.0

package types_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/types"
)

// Every kind that client-go knows and that can be listed must have a scope, or a
// default namespace could not be kept away from cluster-scoped kinds.
func TestScope_ofEveryListableKindOfTheCoreSchemeIsKnown(t *testing.T) {
	registry := types.FromScheme(scheme.Scheme, nil)
	checked := 0
	for gvk, goType := range scheme.Scheme.AllKnownTypes() {
		if !listable(gvk, goType) {
			continue
		}
		info, err := registry.ForKind(gvk)
		if err != nil {
			t.Errorf("ForKind(%s): %v", gvk, err)
			continue
		}
		if info.Scope == types.ScopeUnknown {
			t.Errorf("scope of %s is unknown", gvk)
		}
		checked++
	}
	if checked < 100 {
		t.Errorf("only %d kinds were checked", checked)
	}
}

func listable(gvk schema.GroupVersionKind, goType reflect.Type) bool {
	_, isObject := reflect.TypeAssert[controllers.Object](reflect.New(goType))
	return isObject && !strings.HasSuffix(gvk.Kind, "List") &&
		scheme.Scheme.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List"))
}

func TestForResource_namesTheRemedyForAnUnknownResource(t *testing.T) {
	_, err := types.FromScheme(scheme.Scheme, nil).ForResource(schema.GroupVersionResource{
		Group: "shop.example.com", Version: "v1", Resource: "orders",
	})
	if !errors.Is(err, types.ErrUnknown) {
		t.Fatalf("ForResource returned %v, want ErrUnknown", err)
	}
	for _, want := range []string{"orders", "kube.WithScheme", "kube.WithTypes"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not mention %q", err, want)
		}
	}
}
