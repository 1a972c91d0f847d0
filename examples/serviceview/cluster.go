// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/kube"
)

// runCluster shows a real cluster. It needs to get, list and watch, and never
// writes: there is nothing for a leader to be elected for.
func runCluster(ctx context.Context, o options, out output) error {
	config, err := kube.DefaultRestConfig(o.kubeconfig, o.context, func(c *rest.Config) { c.UserAgent = "serviceview" })
	if err != nil {
		return err
	}
	client, err := kube.New(config)
	if err != nil {
		return err
	}
	if err := checkRights(ctx, client.Dynamic(), config.Host); err != nil {
		return stopped(ctx, err)
	}
	return show(ctx, o, out, client, func(*render.Live) func() {
		out.say("Watching %s. Ctrl-C ends it.", config.Host)
		return func() {}
	})
}

// watched are the resources that view.Watch reads.
func watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{
		{Version: "v1", Resource: "services"},
		{Version: "v1", Resource: "pods"},
		{Version: "v1", Resource: "nodes"},
		{Version: "v1", Resource: "namespaces"},
		{Group: "apps", Version: "v1", Resource: "deployments"},
		{Group: "apps", Version: "v1", Resource: "statefulsets"},
		{Group: "apps", Version: "v1", Resource: "daemonsets"},
		{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
	}
}

// checkRights tries what the informers are about to do. They would try forever, and
// say why only in a log.
func checkRights(ctx context.Context, client dynamic.Interface, host string) error {
	var missing []string
	for _, gvr := range watched() {
		resource := client.Resource(gvr)
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		verb := "list"
		list, err := resource.List(ctx, metav1.ListOptions{Limit: 1})
		if err == nil {
			verb = "watch"
			second := int64(1)
			opts := metav1.ListOptions{ResourceVersion: list.GetResourceVersion(), TimeoutSeconds: &second}
			if w, werr := resource.Watch(ctx, opts); werr == nil {
				w.Stop()
			} else {
				err = werr
			}
		}
		cancel()
		switch {
		case err == nil:
		case apierrors.IsForbidden(err):
			missing = append(missing, fmt.Sprintf("%s %s: %v", verb, gvr.GroupResource(), err))
		default:
			return fmt.Errorf("%s %s at %s: %w", verb, gvr.GroupResource(), host, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return errors.New("rights are missing at " + host + ":\n  " + strings.Join(missing, "\n  ") + "\n\n" +
		"Bind this role to the user:\n\n" + roleText)
}

const roleText = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: serviceview}
rules:
- {apiGroups: [""], resources: [services, pods, nodes, namespaces], verbs: [get, list, watch]}
- {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: [get, list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list, watch]}`
