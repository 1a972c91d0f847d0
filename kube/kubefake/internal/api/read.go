// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

func (h *Handler) get(r *request) (*Response, error) {
	version, err := parseVersion(r.query.Get("resourceVersion"))
	if err != nil {
		return nil, err
	}
	if now := h.store.Version(); version > now {
		return nil, tooLarge(version, now)
	}
	it := r.table.Get(r.key())
	if it == nil {
		return nil, apierrors.NewNotFound(r.groupResource(), r.name)
	}
	return h.show(r, http.StatusOK, it, nil)
}

// show answers with one object.
func (h *Handler) show(r *request, code int, it *object.Item, warnings []string) (*Response, error) {
	var body [][]byte
	var err error
	if r.out.shape == table {
		body, err = h.tableOf(r, []*object.Item{it}, metav1.ListMeta{ResourceVersion: it.Object.GetResourceVersion()})
	} else {
		body, err = newEncoder(r.info, r.out).object(it)
	}
	if err != nil {
		return nil, err
	}
	resp := newResponse(code, r.out.contentType(), body...)
	for _, w := range warnings {
		resp.Header.Add("Warning", fmt.Sprintf("299 - %q", w))
	}
	return resp, nil
}

// page is where a list with a limit goes on.
type page struct {
	Version uint64 `json:"rv"`
	After   string `json:"start"`
	Space   string `json:"ns,omitempty"`
}

func (p page) token() (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("continue token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

func parsePage(token string) (page, error) {
	var p page
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return page{}, apierrors.NewBadRequest(fmt.Sprintf("continue key is not valid: %v", err))
	}
	return p, nil
}

func (h *Handler) list(r *request) (*Response, error) {
	sel, err := newSelection(r)
	if err != nil {
		return nil, err
	}
	limit, err := parseLimit(r.query.Get("limit"))
	if err != nil {
		return nil, err
	}
	items, meta, err := h.listPage(r, sel, limit)
	if err != nil {
		return nil, err
	}
	var body [][]byte
	if r.out.shape == table {
		body, err = h.tableOf(r, items, meta)
	} else {
		body, err = newEncoder(r.info, r.out).list(items, meta)
	}
	if err != nil {
		return nil, err
	}
	return newResponse(http.StatusOK, r.out.contentType(), body...), nil
}

func parseLimit(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 0 {
		return 0, apierrors.NewBadRequest(fmt.Sprintf("limit: Invalid value: %q: must be a number, not negative", text))
	}
	return limit, nil
}

// listPage returns the items to show and what the list says of itself.
func (h *Handler) listPage(r *request, sel *selection, limit int) ([]*object.Item, metav1.ListMeta, error) {
	items, version, from, err := h.snapshot(r)
	if err != nil {
		return nil, metav1.ListMeta{}, err
	}
	if from != nil {
		items = items[sortedAfter(items, *from):]
	}
	items = sel.filter(items)
	meta := metav1.ListMeta{ResourceVersion: strconv.FormatUint(version, 10)}
	if limit > 0 && len(items) > limit {
		last := items[limit-1].Object
		meta.Continue, err = page{Version: version, After: last.GetName(), Space: last.GetNamespace()}.token()
		if err != nil {
			return nil, metav1.ListMeta{}, err
		}
		if sel.all {
			left := int64(len(items) - limit)
			meta.RemainingItemCount = &left
		}
		items = items[:limit]
	}
	return items, meta, nil
}

func sortedAfter(items []*object.Item, p page) int {
	i, _ := slices.BinarySearchFunc(items, p, func(it *object.Item, p page) int {
		if ns := it.Object.GetNamespace(); ns < p.Space || ns == p.Space && it.Object.GetName() <= p.After {
			return -1
		}
		return 1
	})
	return i
}

// snapshot returns the items at the resourceVersion that the request asks for, and where its page begins.
func (h *Handler) snapshot(r *request) ([]*object.Item, uint64, *page, error) {
	if token := r.query.Get("continue"); token != "" {
		p, err := parsePage(token)
		if err != nil {
			return nil, 0, nil, err
		}
		if v := r.query.Get("resourceVersion"); v != "" && v != "0" {
			return nil, 0, nil, apierrors.NewBadRequest("specifying resource version is not allowed when using continue")
		}
		items, err := r.table.ListAt(r.namespace, p.Version)
		if errors.Is(err, store.ErrExpired) {
			return nil, 0, nil, apierrors.NewResourceExpired("The provided continue parameter is too old to display a consistent list result. " +
				"You must start a new list without the continue parameter.")
		}
		return items, p.Version, &p, h.refusal(r, "", err)
	}
	version, err := parseVersion(r.query.Get("resourceVersion"))
	if err != nil {
		return nil, 0, nil, err
	}
	match := r.query.Get("resourceVersionMatch")
	switch {
	case match == "":
	case match != string(metav1.ResourceVersionMatchExact) && match != string(metav1.ResourceVersionMatchNotOlderThan):
		return nil, 0, nil, invalidOptions("ListOptions", field.NotSupported(field.NewPath("resourceVersionMatch"), match,
			[]metav1.ResourceVersionMatch{metav1.ResourceVersionMatchExact, metav1.ResourceVersionMatchNotOlderThan}))
	case r.query.Get("resourceVersion") == "":
		return nil, 0, nil, invalidOptions("ListOptions", field.Forbidden(field.NewPath("resourceVersionMatch"), "resourceVersionMatch is forbidden unless resourceVersion is provided"))
	}
	items, now, err := r.table.List(r.namespace)
	switch {
	case err != nil:
		return nil, 0, nil, h.refusal(r, "", err)
	case version > now:
		return nil, 0, nil, tooLarge(version, now)
	case match == string(metav1.ResourceVersionMatchExact) && version < now:
		items, err = r.table.ListAt(r.namespace, version)
		if errors.Is(err, store.ErrExpired) {
			return nil, 0, nil, apierrors.NewResourceExpired(fmt.Sprintf("The resourceVersion for the provided list is too old: %d", version))
		}
		return items, version, nil, h.refusal(r, "", err)
	}
	return items, now, nil, nil
}
