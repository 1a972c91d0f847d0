// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// subresource answers requests for parts of objects other than their status.
func (h *Handler) subresource(r *request) (*Response, error) {
	known := false
	for _, s := range r.info.Subresources() {
		known = known || s.Name == r.subresource
	}
	switch {
	case !known || r.info.Namespaced && r.namespace == "":
		return notFound(), nil
	case r.subresource == "scale":
		return h.scale(r)
	case r.subresource == "finalize" && r.http.Method == http.MethodPut:
		return h.update(r)
	case r.subresource == "binding" && r.http.Method == http.MethodPost:
		return h.bind(r)
	case r.subresource == "eviction" && r.http.Method == http.MethodPost:
		return h.evict(r)
	}
	return nil, notAllowed(r)
}

func created() *Response {
	return jsonResponse(http.StatusCreated, &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess, Code: http.StatusCreated,
	})
}

// bind puts a pod on a node.
func (h *Handler) bind(r *request) (*Response, error) {
	var binding corev1.Binding
	if err := readInto(r, &binding); err != nil {
		return nil, err
	}
	dry, err := dryRun("CreateOptions", r.query["dryRun"])
	if err != nil {
		return nil, err
	}
	_, err = h.change(r, dry, func(old object.Object) (object.Object, error) {
		pod, ok := old.DeepCopyObject().(*corev1.Pod)
		if !ok {
			return nil, apierrors.NewNotFound(r.groupResource(), r.name)
		}
		if pod.Spec.NodeName != "" {
			return nil, apierrors.NewConflict(r.groupResource(), r.name,
				fmt.Errorf("pod %s is already assigned to node %q", pod.Name, pod.Spec.NodeName))
		}
		pod.Spec.NodeName = binding.Target.Name
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{
			Type: corev1.PodScheduled, Status: corev1.ConditionTrue,
			LastTransitionTime: metav1.NewTime(h.now()).Rfc3339Copy(),
		})
		return pod, nil
	})
	if err != nil {
		return nil, err
	}
	return created(), nil
}

// evict deletes a pod. Budgets are not looked at.
func (h *Handler) evict(r *request) (*Response, error) {
	var eviction policyv1.Eviction
	if err := readInto(r, &eviction); err != nil {
		return nil, err
	}
	opts := eviction.DeleteOptions
	if opts == nil {
		opts = &metav1.DeleteOptions{}
	}
	opts.DryRun = append(opts.DryRun, r.query["dryRun"]...)
	dry, err := checkDelete(opts)
	if err != nil {
		return nil, err
	}
	if _, _, err := h.deleteObject(r, opts, dry); err != nil {
		return nil, err
	}
	return created(), nil
}

// review answers a question about who may do what: everyone may do everything here.
func (h *Handler) review(r *request) (*Response, error) {
	if r.name != "" || r.info.Namespaced && r.namespace == "" {
		return notFound(), nil
	}
	if r.http.Method != http.MethodPost {
		return nil, notAllowed(r)
	}
	obj, warnings, err := h.readObject(r)
	if err != nil {
		return nil, err
	}
	allowed := authorizationv1.SubjectAccessReviewStatus{Allowed: true, Reason: "kubefake allows everything"}
	switch review := obj.(type) {
	case *authorizationv1.SubjectAccessReview:
		review.Status = allowed
	case *authorizationv1.SelfSubjectAccessReview:
		review.Status = allowed
	case *authorizationv1.LocalSubjectAccessReview:
		review.Status = allowed
	case *authorizationv1.SelfSubjectRulesReview:
		review.Status.ResourceRules = []authorizationv1.ResourceRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}}
		review.Status.NonResourceRules = []authorizationv1.NonResourceRule{{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}}
	case *authenticationv1.SelfSubjectReview:
		review.Status.UserInfo = anyone()
	case *authenticationv1.TokenReview:
		review.Status = authenticationv1.TokenReviewStatus{Authenticated: true, User: anyone()}
	}
	obj.SetCreationTimestamp(metav1.NewTime(h.now()).Rfc3339Copy())
	return h.show(r, http.StatusCreated, r.info.Item(obj), warnings)
}

func anyone() authenticationv1.UserInfo {
	return authenticationv1.UserInfo{Username: "kubefake", Groups: []string{"system:masters", "system:authenticated"}}
}
