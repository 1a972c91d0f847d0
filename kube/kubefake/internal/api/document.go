// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"mime"
	"net/http"
	"runtime"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apimachinery/pkg/version"

	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// document answers requests for what the server says of itself.
func (h *Handler) document(req *http.Request, parts []string) (*Response, error) {
	switch path := strings.Join(parts, "/"); path {
	case "":
		return jsonResponse(http.StatusOK, map[string]any{"paths": []string{"/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"}}), nil
	case "healthz", "livez", "readyz":
		return textResponse(http.StatusOK, "ok"), nil
	case "version":
		return jsonResponse(http.StatusOK, h.serverVersion()), nil
	case "api", "apis":
		if wantsAggregated(req.Header.Get("Accept")) {
			doc, err := h.registry.Aggregated(path == "api")
			resp, err := documentResponse(doc, err)
			if err == nil {
				resp.Header.Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			}
			return resp, err
		}
		if path == "api" {
			return documentResponse(h.registry.Versions())
		}
		return documentResponse(h.registry.Groups())
	case "openapi/v3":
		return documentResponse(h.registry.OpenAPIPaths())
	}
	switch {
	case len(parts) == 2 && parts[0] == "api":
		return documentResponse(h.registry.Resources(schema.GroupVersion{Version: parts[1]}))
	case len(parts) == 2 && parts[0] == "apis":
		return documentResponse(h.registry.Group(parts[1]))
	case len(parts) == 3 && parts[0] == "apis":
		return documentResponse(h.registry.Resources(schema.GroupVersion{Group: parts[1], Version: parts[2]}))
	case len(parts) == 4 && parts[0] == "openapi" && parts[1] == "v3" && parts[2] == "api":
		return documentResponse(h.registry.OpenAPI(schema.GroupVersion{Version: parts[3]}))
	case len(parts) == 5 && parts[0] == "openapi" && parts[1] == "v3" && parts[2] == "apis":
		return documentResponse(h.registry.OpenAPI(schema.GroupVersion{Group: parts[3], Version: parts[4]}))
	}
	return notFound(), nil
}

func documentResponse(doc []byte, err error) (*Response, error) {
	if err != nil {
		return nil, err
	}
	if doc == nil {
		return notFound(), nil
	}
	return newResponse(http.StatusOK, jsonType, doc), nil
}

func wantsAggregated(accept string) bool {
	for entry := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(entry)
		if err != nil || media != jsonType {
			continue
		}
		if params["as"] == "" {
			return false
		}
		if params["as"] == "APIGroupDiscoveryList" && params["g"] == "apidiscovery.k8s.io" && params["v"] == "v2" {
			return true
		}
	}
	return false
}

// SetVersion changes the version that the server says it has.
func (h *Handler) SetVersion(v *utilversion.Version) { h.version.Store(v) }

func (h *Handler) serverVersion() version.Info {
	v := h.version.Load()
	if v == nil {
		v = utilversion.MajorMinor(resource.Major, resource.Minor)
	}
	return version.Info{
		Major: fmt.Sprint(v.Major()), Minor: fmt.Sprint(v.Minor()),
		GitVersion: fmt.Sprintf("v%d.%d.%d+kubefake", v.Major(), v.Minor(), v.Patch()),
		GitCommit:  "", GitTreeState: "clean", BuildDate: "1970-01-01T00:00:00Z",
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}
