// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	klabels "k8s.io/apimachinery/pkg/labels"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// selection says which objects a list, a watch or a deletion is about.
type selection struct {
	info      *resource.Info
	namespace string
	labels    klabels.Selector
	fields    fields.Selector
	all       bool // no selector at all
}

func newSelection(r *request) (*selection, error) {
	s := &selection{info: r.info, namespace: r.namespace}
	var err error
	if s.labels, err = klabels.Parse(r.query.Get("labelSelector")); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("unable to parse requirement: %v", err))
	}
	if s.fields, err = fields.ParseSelector(r.query.Get("fieldSelector")); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("unable to parse field selector: %v", err))
	}
	for _, req := range s.fields.Requirements() {
		if !r.info.KnowsField(req.Field) {
			return nil, apierrors.NewBadRequest("field label not supported: " + req.Field)
		}
	}
	if r.name != "" {
		s.fields = fields.AndSelectors(s.fields, fields.OneTermEqualSelector("metadata.name", r.name))
	}
	s.all = s.labels.Empty() && s.fields.Empty()
	return s, nil
}

func (s *selection) matches(it *object.Item) bool {
	if it == nil || s.namespace != "" && it.Object.GetNamespace() != s.namespace {
		return false
	}
	if s.all {
		return true
	}
	return (s.labels.Empty() || s.labels.Matches(klabels.Set(it.Object.GetLabels()))) &&
		(s.fields.Empty() || s.fields.Matches(fieldView{s.info, it.Object}))
}

func (s *selection) filter(items []*object.Item) []*object.Item {
	if s.all {
		return items
	}
	var out []*object.Item
	for _, it := range items {
		if s.matches(it) {
			out = append(out, it)
		}
	}
	return out
}

// fieldView shows an object to a field selector.
type fieldView struct {
	info *resource.Info
	obj  object.Object
}

func (v fieldView) Has(field string) bool { return v.info.KnowsField(field) }

func (v fieldView) Get(field string) string {
	value, _ := v.info.Field(v.obj, field)
	return value
}
