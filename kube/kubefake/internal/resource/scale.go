// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"fmt"
	"math"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	klabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Scale is how objects of a resource are scaled.
type Scale struct {
	// Get returns how many replicas the object wants, whether it says so, and its status.
	Get func(object.Object) (replicas int32, found bool, status autoscalingv1.ScaleStatus, err error)
	// Set changes how many replicas the object wants.
	Set func(obj object.Object, replicas int32) error
}

func scaleKind() schema.GroupVersionKind { return autoscalingv1.SchemeGroupVersion.WithKind("Scale") }

// ScaleInfo describes what the scale subresource of a resource shows.
func ScaleInfo(of *Info) *Info {
	return &Info{
		Resource: of.Resource, Storage: of.Storage, Namespaced: of.Namespaced, Verbs: of.Verbs, Columns: []Column{},
		Kind: object.NewKind(scaleKind(), true),
		List: object.NewKind(scaleKind(), true),
		New:  func() object.Object { return &autoscalingv1.Scale{} },
	}
}

// Of returns the Scale of an object.
func (s *Scale) Of(obj object.Object) (scale *autoscalingv1.Scale, found bool, err error) {
	replicas, found, status, err := s.Get(obj)
	if err != nil {
		return nil, false, err
	}
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: obj.GetNamespace(), Name: obj.GetName(), UID: obj.GetUID(),
			ResourceVersion: obj.GetResourceVersion(), CreationTimestamp: obj.GetCreationTimestamp(),
		},
		Spec:   autoscalingv1.ScaleSpec{Replicas: replicas},
		Status: status,
	}, found, nil
}

// sized is where a built-in kind keeps its size.
type sized struct {
	replicas **int32
	current  int32
	selector klabels.Selector
}

// scaleOf makes a Scale of a function that knows one built-in kind.
func scaleOf[T object.Object](size func(T) (sized, error)) *Scale {
	typed := func(obj object.Object) (sized, error) {
		o, ok := obj.(T)
		if !ok {
			return sized{}, fmt.Errorf("%T has no scale", obj)
		}
		return size(o)
	}
	return &Scale{
		Get: func(obj object.Object) (int32, bool, autoscalingv1.ScaleStatus, error) {
			s, err := typed(obj)
			if err != nil {
				return 0, false, autoscalingv1.ScaleStatus{}, err
			}
			replicas := int32(1) // what the real server fills in
			if *s.replicas != nil {
				replicas = **s.replicas
			}
			return replicas, true, autoscalingv1.ScaleStatus{Replicas: s.current, Selector: s.selector.String()}, nil
		},
		Set: func(obj object.Object, replicas int32) error {
			s, err := typed(obj)
			if err != nil {
				return err
			}
			*s.replicas = &replicas
			return nil
		},
	}
}

func deploymentScale(o *appsv1.Deployment) (sized, error) {
	selector, err := metav1.LabelSelectorAsSelector(o.Spec.Selector)
	return sized{&o.Spec.Replicas, o.Status.Replicas, selector}, err
}

func replicaSetScale(o *appsv1.ReplicaSet) (sized, error) {
	selector, err := metav1.LabelSelectorAsSelector(o.Spec.Selector)
	return sized{&o.Spec.Replicas, o.Status.Replicas, selector}, err
}

func statefulSetScale(o *appsv1.StatefulSet) (sized, error) {
	selector, err := metav1.LabelSelectorAsSelector(o.Spec.Selector)
	return sized{&o.Spec.Replicas, o.Status.Replicas, selector}, err
}

func controllerScale(o *corev1.ReplicationController) (sized, error) {
	return sized{&o.Spec.Replicas, o.Status.Replicas, klabels.SelectorFromSet(o.Spec.Selector)}, nil
}

// customScale makes a Scale of the paths that a definition names.
func customScale(paths DefinitionScale) *Scale {
	split := func(path string) []string { return strings.Split(strings.TrimPrefix(path, "."), ".") }
	number := func(obj object.Object, path string) (int32, bool, error) {
		n, found, err := unstructured.NestedInt64(obj.(*unstructured.Unstructured).Object, split(path)...)
		if err == nil && (n < math.MinInt32 || n > math.MaxInt32) {
			err = fmt.Errorf("%s: %d is no number of replicas", path, n)
		}
		return int32(n), found, err //nolint:gosec // it is in range or unused
	}
	return &Scale{
		Get: func(obj object.Object) (int32, bool, autoscalingv1.ScaleStatus, error) {
			var status autoscalingv1.ScaleStatus
			replicas, found, err := number(obj, paths.SpecReplicasPath)
			if err != nil {
				return 0, false, status, err
			}
			if status.Replicas, _, err = number(obj, paths.StatusReplicasPath); err != nil {
				return 0, false, status, err
			}
			if paths.LabelSelectorPath != "" {
				status.Selector, _, err = unstructured.NestedString(obj.(*unstructured.Unstructured).Object, split(paths.LabelSelectorPath)...)
			}
			return replicas, found, status, err
		},
		Set: func(obj object.Object, replicas int32) error {
			return unstructured.SetNestedField(obj.(*unstructured.Unstructured).Object, int64(replicas), split(paths.SpecReplicasPath)...)
		},
	}
}
