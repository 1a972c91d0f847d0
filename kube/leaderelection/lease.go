// SPDX-License-Identifier: Apache-2.0

package leaderelection

import (
	"context"
	"fmt"
	"reflect"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
	"github.com/krtkit/krtkit/kube/controllers"
	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/kube/types"
)

// Annotations of a Lease. None of them means anything to the API server.
const (
	// keyAnnotation has the key of the holder.
	keyAnnotation = "leaderelection.krtkit/holder-key"
	// termAnnotation has a random text that only the holder knows. Names are not
	// enough: the process that has ours may be another one.
	termAnnotation = "leaderelection.krtkit/holder-term"
	// wantedAnnotation has the term of a candidate that asks the holder to go.
	wantedAnnotation = "leaderelection.krtkit/wanted-by"
)

// newResource returns access to Leases. It does not depend on what types the client
// knows, and is not held up by the client's rate limit: a program that is busy must
// not lose its Lease for that.
func newResource(client kube.Client) (source.Resource, error) {
	scheme := runtime.NewScheme()
	if err := coordinationv1.AddToScheme(scheme); err != nil {
		return source.Resource{}, fmt.Errorf("scheme of Leases: %w", err)
	}
	info, err := types.FromScheme(scheme, nil).ForType(reflect.TypeFor[*coordinationv1.Lease]())
	if err != nil {
		return source.Resource{}, err
	}
	config := client.RESTConfig()
	config.RateLimiter, config.QPS = nil, -1
	version := coordinationv1.SchemeGroupVersion
	config.GroupVersion, config.APIPath = &version, "/apis"
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeJSON, runtime.ContentTypeJSON
	restClient, err := rest.RESTClientForConfigAndClient(config, client.HTTPClient())
	if err != nil {
		return source.Resource{}, fmt.Errorf("REST client of Leases: %w", err)
	}
	return source.NewResource(info, restClient), nil
}

// lock reads and writes one Lease.
type lock struct {
	resource        source.Resource
	namespace, name string
	timeout         time.Duration // of one request
}

// get returns the Lease, nil if there is none.
func (l lock) get(ctx context.Context) (*coordinationv1.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	lease, err := asLease(l.resource.Get(ctx, l.name, l.namespace, metav1.GetOptions{}))
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return lease, err
}

// put replaces the version of the Lease that the argument was made from, or creates
// it if that has no version. It returns what the server has now. An error can mean
// that it was written nevertheless.
func (l lock) put(ctx context.Context, lease *coordinationv1.Lease) (*coordinationv1.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	if lease.ResourceVersion == "" {
		return asLease(l.resource.Create(ctx, lease, metav1.CreateOptions{}))
	}
	return asLease(l.resource.Update(ctx, lease, metav1.UpdateOptions{}))
}

func asLease(object controllers.Object, err error) (*coordinationv1.Lease, error) {
	if err != nil {
		return nil, err
	}
	lease, ok := object.(*coordinationv1.Lease)
	if !ok {
		return nil, fmt.Errorf("%T is no Lease", object)
	}
	return lease, nil
}

// holder returns who has the Lease, empty for nobody.
func holder(lease *coordinationv1.Lease) string {
	if lease == nil || lease.Spec.HolderIdentity == nil {
		return ""
	}
	return *lease.Spec.HolderIdentity
}

func transitions(lease *coordinationv1.Lease) int32 {
	if lease == nil || lease.Spec.LeaseTransitions == nil {
		return 0
	}
	return *lease.Spec.LeaseTransitions
}

// isSameTerm reports whether nothing has happened between the two: nobody else holds
// the Lease, and it was not renewed.
func isSameTerm(a, b *coordinationv1.Lease) bool {
	return a != nil && b != nil && a.UID == b.UID && holder(a) == holder(b) && a.Spec.RenewTime.Equal(b.Spec.RenewTime) &&
		a.Annotations[termAnnotation] == b.Annotations[termAnnotation] && transitions(a) == transitions(b)
}

// annotate sets an annotation, or removes it if the value is empty.
func annotate(lease *coordinationv1.Lease, name, value string) {
	if value == "" {
		delete(lease.Annotations, name)
		return
	}
	if lease.Annotations == nil {
		lease.Annotations = map[string]string{}
	}
	lease.Annotations[name] = value
}
