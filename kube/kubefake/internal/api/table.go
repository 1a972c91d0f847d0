// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// tableOf shows items as the Table that kubectl prints.
func (h *Handler) tableOf(r *request, items []*object.Item, meta metav1.ListMeta) ([][]byte, error) {
	out := metav1.Table{
		TypeMeta: metav1.TypeMeta{Kind: "Table", APIVersion: metav1.SchemeGroupVersion.String()},
		ListMeta: meta, ColumnDefinitions: headers(r.info), Rows: make([]metav1.TableRow, 0, len(items)),
	}
	for _, it := range items {
		row, err := h.row(r, it)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, row)
	}
	return encodeTable(&out)
}

// rowOf shows one item of a watch as a Table, with the columns if they were not shown before.
func (h *Handler) rowOf(r *request, it *object.Item, withHeaders bool) ([][]byte, error) {
	row, err := h.row(r, it)
	if err != nil {
		return nil, err
	}
	out := metav1.Table{
		TypeMeta: metav1.TypeMeta{Kind: "Table", APIVersion: metav1.SchemeGroupVersion.String()},
		ListMeta: metav1.ListMeta{ResourceVersion: it.Object.GetResourceVersion()},
		Rows:     []metav1.TableRow{row},
	}
	if withHeaders {
		out.ColumnDefinitions = headers(r.info)
	}
	return encodeTable(&out)
}

func encodeTable(t *metav1.Table) ([][]byte, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encoding a table: %w", err)
	}
	return [][]byte{body}, nil
}

func headers(info *resource.Info) []metav1.TableColumnDefinition {
	out := []metav1.TableColumnDefinition{{Name: "Name", Type: "string", Format: "name", Description: "Name of the object"}}
	var extra []metav1.TableColumnDefinition
	age := hasAge(info)
	for _, c := range info.Columns {
		if c.Definition.Priority > 0 {
			extra = append(extra, c.Definition)
		} else {
			out = append(out, c.Definition)
		}
	}
	if age {
		out = append(out, metav1.TableColumnDefinition{Name: "Age", Type: "string", Description: "Time since it was created"})
	}
	return append(out, extra...)
}

// hasAge says whether the age is a column: custom resources with columns of their own have it only if they say so.
func hasAge(info *resource.Info) bool { return info.Kind.Typed || len(info.Columns) == 0 }

func (h *Handler) row(r *request, it *object.Item) (metav1.TableRow, error) {
	it = r.info.View(it)
	cells := []any{it.Object.GetName()}
	var extra []any
	for _, c := range r.info.Columns {
		cell := c.Cell(it.Object)
		if c.Definition.Type == "date" {
			cell = age(h.now(), cell)
		}
		if c.Definition.Priority > 0 {
			extra = append(extra, cell)
		} else {
			cells = append(cells, cell)
		}
	}
	if hasAge(r.info) {
		cells = append(cells, since(h.now(), it.Object.GetCreationTimestamp().Time))
	}
	row := metav1.TableRow{Cells: append(cells, extra...)}
	switch metav1.IncludeObjectPolicy(r.query.Get("includeObject")) {
	case metav1.IncludeNone:
	case metav1.IncludeObject:
		raw, err := it.JSON()
		if err != nil {
			return row, err
		}
		row.Object = runtime.RawExtension{Raw: raw}
	case metav1.IncludeMetadata:
		fallthrough
	default:
		meta, err := newEncoder(r.info, format{shape: metadata}).show(it)
		if err != nil {
			return row, err
		}
		raw, err := meta.JSON()
		if err != nil {
			return row, err
		}
		row.Object = runtime.RawExtension{Raw: raw}
	}
	return row, nil
}

func age(now time.Time, cell any) any {
	text, ok := cell.(string)
	if !ok {
		return cell
	}
	then, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return cell
	}
	return since(now, then)
}

func since(now, then time.Time) string {
	if then.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(then))
}
