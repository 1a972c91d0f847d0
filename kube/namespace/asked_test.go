// SPDX-License-Identifier: Apache-2.0

package namespace_test

import (
	"fmt"
	"testing"

	"github.com/krtkit/krtkit/kube/namespace"
	"github.com/krtkit/krtkit/util/sets"
)

// Informers do not wait for each other: what is in a namespace may come before it.
func TestFilter_correctsWhatItSaidAboutNamespacesThatItDidNotKnow(t *testing.T) {
	inBubble(t, func(b bubble) {
		var log record
		source := newSettings()
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, source, b.stop)
		filter.AddHandler(log.handle)
		for _, step := range []struct {
			name string
			do   func()
			want []string
		}{
			{"a question", func() { filter.Filter("early") }, nil},
			{"selectors", func() { source.set(env("prod")) }, []string{"-default -early -kube-node-lease -kube-public -kube-system"}},
			{"another question", func() { filter.Filter("later") }, nil},
			{"a namespace that was not asked for", func() { b.create("c", "test") }, nil},
			{"no selectors", func() { source.set() }, []string{"+c +default +early +kube-node-lease +kube-public +kube-system +later"}},
			{"a namespace that was announced", func() { b.create("later", "prod") }, nil},
			{"other selectors", func() { source.set(env("test")) }, []string{"-default -early -kube-node-lease -kube-public -kube-system -later"}},
			{"a deletion", func() { b.must(b.namespaces.Delete("c", "")) }, nil},
			{"the same namespace with other labels", func() { b.create("c", "prod") }, []string{"-c"}},
		} {
			step.do()
			log.expect(t, step.name, step.want...)
		}
		if got := namespace.Remembered(filter); got != 1 {
			t.Errorf("%d answers are remembered, want 1: the others are about namespaces that exist by now", got)
		}
	})
}

func TestFilter_remembersFewAnswers(t *testing.T) {
	inBubble(t, func(b bubble) {
		filter := namespace.NewDiscoveryNamespacesFilter(b.namespaces, namespace.Static(env("prod")), b.stop)
		told := sets.New[string]()
		filter.AddHandler(func(_, deselected sets.String) { told.Merge(deselected) })
		const asked = 5000
		for i := range asked {
			filter.Filter(fmt.Sprint("ghost-", i))
		}
		var log record
		log.expect(t, "questions")
		remembered := namespace.Remembered(filter)
		if remembered > 1010 {
			t.Errorf("%d answers are remembered", remembered)
		}
		if len(told) != asked-remembered {
			t.Errorf("%d names were asked for, %d are remembered and %d announced", asked, remembered, len(told))
		}
	})
}
