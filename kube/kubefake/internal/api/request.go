// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// target is what a path under /api or /apis names.
type target struct {
	gvr         schema.GroupVersionResource
	namespace   string
	name        string
	subresource string
}

// parseTarget splits a path behind the version: namespaces/NS/RESOURCE/NAME/SUBRESOURCE without what is not there.
func parseTarget(gv schema.GroupVersion, parts []string) (target, bool) {
	var t target
	// What follows a namespace's name is a resource in it, unless it is a part of the namespace itself.
	if len(parts) >= 3 && parts[0] == "namespaces" && !(len(parts) == 3 && (parts[2] == "status" || parts[2] == "finalize")) {
		t.namespace = parts[1]
		parts = parts[2:]
	}
	if len(parts) == 0 || len(parts) > 3 {
		return target{}, false
	}
	if slices.Contains(parts, "") {
		return target{}, false
	}
	t.gvr = gv.WithResource(parts[0])
	if len(parts) > 1 {
		t.name = parts[1]
	}
	if len(parts) > 2 {
		t.subresource = parts[2]
	}
	return t, true
}

// request is a request for a resource.
type request struct {
	target
	http  *http.Request
	query url.Values
	info  *resource.Info
	table *store.Table
	out   format
}

func (r *request) ctx() context.Context { return r.http.Context() }

func (r *request) key() store.Key { return store.Key{Namespace: r.namespace, Name: r.name} }

func (r *request) groupResource() schema.GroupResource { return r.gvr.GroupResource() }

// flag reports whether a parameter is set to something other than false, as the real server reads it.
func (r *request) flag(name string) bool {
	if !r.query.Has(name) {
		return false
	}
	switch strings.ToLower(r.query.Get(name)) {
	case "false", "0":
		return false
	}
	return true
}

// splitPath returns the parts of a path, unescaped, without empty ones at its ends.
func splitPath(u *url.URL) ([]string, bool) {
	trimmed := strings.Trim(u.EscapedPath(), "/")
	if trimmed == "" {
		return nil, true
	}
	parts := strings.Split(trimmed, "/")
	for i, p := range parts {
		text, err := url.PathUnescape(p)
		if err != nil || len(content.IsPathSegmentName(text)) > 0 {
			return nil, false
		}
		parts[i] = text
	}
	return parts, true
}
