// SPDX-License-Identifier: Apache-2.0

package kubetypes_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/util/sets"
)

// switchable is a filter as programs have them that were written for Istio's
// library: its handlers stay for ever.
type switchable struct{ handlers []kubetypes.NamespacesHandler }

func (s *switchable) Filter(obj any) bool { return obj != "hidden" }

func (s *switchable) AddHandler(h kubetypes.NamespacesHandler) { s.handlers = append(s.handlers, h) }

func (s *switchable) announce(namespace string) {
	for _, h := range s.handlers {
		h(sets.New(namespace), nil)
	}
}

func TestComposeFilters_asksExtrasFromTheLeftAndThePrimaryLast(t *testing.T) {
	var asked []string
	ask := func(name string, answer bool) func(any) bool {
		return func(any) bool {
			asked = append(asked, name)
			return answer
		}
	}
	primary := kubetypes.NewStaticObjectFilter(ask("primary", true))
	for _, tt := range []struct {
		name      string
		filter    kubetypes.DynamicObjectFilter
		want      bool
		wantAsked []string
	}{
		{"all pass", kubetypes.ComposeFilters(primary, ask("a", true), nil, ask("b", true)), true, []string{"a", "b", "primary"}},
		{"one rejects", kubetypes.ComposeFilters(primary, ask("a", true), ask("b", false), ask("c", true)), false, []string{"a", "b"}},
		{"no primary", kubetypes.ComposeFilters(nil, ask("a", true)), true, []string{"a"}},
		{"nothing", kubetypes.ComposeFilters(nil), true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked = nil
			if got := tt.filter.Filter("x"); got != tt.want {
				t.Errorf("Filter = %v, want %v", got, tt.want)
			}
			if diff := cmp.Diff(tt.wantAsked, asked); diff != "" {
				t.Errorf("order mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestComposeFilters_leavesTheCallersSliceAlone(t *testing.T) {
	extra := []func(any) bool{nil, func(any) bool { return true }, nil}
	kubetypes.ComposeFilters(nil, extra...)
	if extra[0] != nil || extra[1] == nil || extra[2] != nil {
		t.Error("the caller's slice was changed")
	}
}

func TestSubscribeToFilter_canBeTakenBackFromAnyFilter(t *testing.T) {
	primary := &switchable{}
	var told []string
	record := func(selected, _ sets.String) { told = append(told, sets.SortedList(selected)...) }
	unsubscribe := kubetypes.SubscribeToFilter(kubetypes.ComposeFilters(primary, func(any) bool { return true }), record)
	kubetypes.ComposeFilters(primary).AddHandler(record)
	primary.announce("a")
	unsubscribe()
	unsubscribe()
	primary.announce("b")
	if want := []string{"a", "a", "b"}; !slices.Equal(told, want) {
		t.Errorf("handlers were told %v, want %v", told, want)
	}
	kubetypes.SubscribeToFilter(kubetypes.NewStaticObjectFilter(func(any) bool { return true }), record)()
}

func ExampleComposeFilters() {
	selected := kubetypes.NewStaticObjectFilter(func(obj any) bool { return obj != "kube-system" })
	short := func(obj any) bool { return len(obj.(string)) < 6 }
	filter := kubetypes.ComposeFilters(selected, short)
	for _, namespace := range []string{"shop", "storefront", "kube-system"} {
		fmt.Println(namespace, filter.Filter(namespace))
	}
	// Output:
	// shop true
	// storefront false
	// kube-system false
}
