// SPDX-License-Identifier: Apache-2.0

package port

import (
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/krtkit/krtkit/krt"
)

// Route is where requests for a host go.
type Route struct {
	Host    string
	Ingress string // its key
	Backend krt.Named
}

// ResourceName is the key.
func (r Route) ResourceName() string { return r.Ingress + "/" + r.Host }

// RouteStatus is what is to be said about an ingress.
type RouteStatus struct {
	Problems []string
}

// Equals reports whether the same is to be said.
func (s RouteStatus) Equals(o RouteStatus) bool { return slices.Equal(s.Problems, o.Problems) }

// NewRoutes derives routes of ingresses whose class is ours, and says of each of them
// what is wrong with it.
func NewRoutes(inputs Inputs, opts krt.OptionsBuilder) (krt.StatusCollection[*networkingv1.Ingress, RouteStatus], krt.Collection[Route]) {
	return krt.NewStatusManyCollection(inputs.Ingresses, func(ctx krt.HandlerContext, i *networkingv1.Ingress) (*RouteStatus, []Route) {
		if i.Spec.IngressClassName == nil || *i.Spec.IngressClassName != "mesh" {
			return nil, nil // somebody else's
		}
		status := &RouteStatus{}
		var routes []Route
		for _, rule := range i.Spec.Rules {
			backend := backendOf(rule)
			if backend == "" {
				status.Problems = append(status.Problems, fmt.Sprintf("%s has no backend", rule.Host))
				continue
			}
			to := krt.Named{Namespace: i.Namespace, Name: backend}
			if krt.FetchOne(ctx, inputs.Services, krt.FilterKey(to.ResourceName())) == nil {
				status.Problems = append(status.Problems, fmt.Sprintf("there is no service %s", to))
				continue
			}
			routes = append(routes, Route{Host: rule.Host, Ingress: krt.GetKey(i), Backend: to})
		}
		return status, routes
	}, opts.WithName("Routes")...)
}

func backendOf(rule networkingv1.IngressRule) string {
	if rule.HTTP == nil || len(rule.HTTP.Paths) == 0 || rule.HTTP.Paths[0].Backend.Service == nil {
		return ""
	}
	return rule.HTTP.Paths[0].Backend.Service.Name
}

// Reporter writes down what is to be said about ingresses.
type Reporter struct {
	statuses krt.StatusCollection[*networkingv1.Ingress, RouteStatus]
	write    func(ingress *networkingv1.Ingress, message string)
}

// NewReporter returns a reporter that writes with the function.
func NewReporter(statuses krt.StatusCollection[*networkingv1.Ingress, RouteStatus], write func(*networkingv1.Ingress, string)) *Reporter {
	return &Reporter{statuses: statuses, write: write}
}

// Start begins to write, with what there is. The registration is synced when that was
// written.
func (r *Reporter) Start() krt.HandlerRegistration {
	return r.statuses.Register(func(e krt.Event[krt.ObjectWithStatus[*networkingv1.Ingress, RouteStatus]]) {
		if e.New == nil {
			return // there is nothing left to write to
		}
		message := "accepted"
		if p := e.New.Status.Problems; len(p) > 0 {
			message = strings.Join(p, "; ")
		}
		r.write(e.New.Obj, message)
	})
}
