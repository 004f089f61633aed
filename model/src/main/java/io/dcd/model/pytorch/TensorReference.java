package io.dcd.model.pytorch;

import java.util.List;

/**
 * A tensor as a view of a storage: element (i, j, …) is number offset + i·stride₀ + j·stride₁ + ….
 *
 * @param shape its extents, outermost first; empty for a single number
 * @param strides as many
 */
record TensorReference(StorageReference storage, long offset, List<Long> shape, List<Long> strides) {
    /** More dimensions than any tensor of a network has. */
    private static final int MOST_DIMENSIONS = 8;

    TensorReference {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (shape.size() != strides.size() || shape.size() > MOST_DIMENSIONS) {
            throw new TorchFileException(
                    "one of its tensors has %d extents and %d strides".formatted(shape.size(), strides.size()));
        }
        requireInside(storage, offset, shape, strides);
    }

    private static void requireInside(StorageReference storage, long offset, List<Long> shape, List<Long> strides) {
        try {
            long last = offset;
            long elements = 1;
            boolean negative = offset < 0;
            for (int i = 0; i < shape.size(); i++) {
                negative |= shape.get(i) < 0 || strides.get(i) < 0;
                elements = Math.multiplyExact(elements, shape.get(i));
                last = Math.addExact(last, Math.multiplyExact(Math.max(shape.get(i) - 1, 0), strides.get(i)));
            }
            // Fewer numbers than elements: an expanded tensor, which no parameter is.
            boolean inside = elements == 0 || last < storage.elements() && elements <= storage.elements();
            if (!negative && inside) {
                return;
            }
        } catch (ArithmeticException e) {
            // Falls through to the refusal: no storage reaches so far.
        }
        throw new TorchFileException(
                "one of its tensors, %s with strides %s from %d on, reaches beyond its storage of %d"
                        .formatted(shape, strides, offset, storage.elements()));
    }
}
