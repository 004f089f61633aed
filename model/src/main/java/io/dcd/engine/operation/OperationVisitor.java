package io.dcd.engine.operation;

/**
 * What is done with an operation, kind by kind: whoever adds a kind is told by the compiler where it is missing.
 *
 * @param <R> what comes of it
 */
public interface OperationVisitor<R> {
    R visit(Activate operation);

    R visit(Add operation);

    R visit(AveragePooling operation);

    R visit(BatchNormalization operation);

    R visit(BatchedConvolution operation);

    R visit(BatchedDepthwiseConvolution operation);

    R visit(BatchedProduct operation);

    R visit(Broadcast operation);

    R visit(Centring operation);

    R visit(Convolution operation);

    R visit(DepthwiseConvolution operation);

    R visit(Dropout operation);

    R visit(DynamicCoefficients operation);

    R visit(FoldedConvolution operation);

    R visit(FormedConvolution operation);

    R visit(GramMatrix operation);

    R visit(GroupedPointwise operation);

    R visit(ImageNormalization operation);

    R visit(KernelBasis operation);

    R visit(KernelFormation operation);

    R visit(KernelNormalization operation);

    R visit(KernelProduct operation);

    R visit(MatrixProduct operation);

    R visit(MaxPooling operation);

    R visit(Mixture operation);

    R visit(Scale operation);

    R visit(ScaledSum operation);

    R visit(Softmax operation);
}
