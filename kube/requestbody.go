// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"fmt"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// MaxRequestBodyBytes is the size of the largest body that [HTTPConfigReader] reads.
// It is twice what the API server sends to webhooks.
const MaxRequestBodyBytes = int64(6 * 1024 * 1024)

// HTTPConfigReader returns the body of a request, such as one to a webhook, and
// closes it. A body of more than [MaxRequestBodyBytes] is an error for which
// apierrors.IsRequestEntityTooLargeError is true; no more than that is read. The
// result is empty if the request has no body.
func HTTPConfigReader(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close() //nolint:errcheck // it was only read
	tooLarge := apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d bytes", MaxRequestBodyBytes))
	if req.ContentLength > MaxRequestBodyBytes {
		return nil, tooLarge
	}
	data, err := io.ReadAll(io.LimitReader(req.Body, MaxRequestBodyBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read request body: %w", err)
	}
	if int64(len(data)) > MaxRequestBodyBytes {
		return nil, tooLarge
	}
	return data, nil
}
