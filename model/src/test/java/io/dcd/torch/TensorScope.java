package io.dcd.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Where libtorch's tensors live for the time of a computation. The garbage collector sees their handles alone and would
 * keep gigabytes; Python frees a tensor with its last name, as the end of a scope does here.
 */
final class TensorScope {
    private TensorScope() {}

    /** What {@code computation} yields, of whose tensors none is left. */
    static <T> T releasing(Supplier<T> computation) {
        PointerScope scope = open();
        try {
            return computation.get();
        } finally {
            scope.close();
        }
    }

    /** Does {@code computation}, of whose tensors none is left. */
    static void releasing(Runnable computation) {
        releasing(() -> {
            computation.run();
            return null;
        });
    }

    /**
     * The tensor that {@code computation} yields, of whose other tensors only those are left that a backward pass needs: it
     * belongs to the scope around this one, or to the caller where there is none.
     */
    static Tensor keepingResult(Supplier<Tensor> computation) {
        PointerScope outer = PointerScope.getInnerScope();
        PointerScope scope = open();
        try {
            Tensor result = computation.get();
            if (outer == null) {
                return result.retainReference();
            }
            outer.attach(result);
            return result;
        } finally {
            scope.close();
        }
    }

    /** Of the classes that hold tensors. */
    @SuppressWarnings("unchecked") // an array of classes that this call makes for itself
    private static PointerScope open() {
        return new PointerScope(Tensor.class, TensorVector.class, TensorOptional.class);
    }
}
