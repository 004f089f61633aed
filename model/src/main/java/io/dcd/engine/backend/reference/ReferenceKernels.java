package io.dcd.engine.backend.reference;

import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.AveragePooling;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedConvolution;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Broadcast;
import io.dcd.engine.operation.Centring;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.Dropout;
import io.dcd.engine.operation.DynamicCoefficients;
import io.dcd.engine.operation.FoldedConvolution;
import io.dcd.engine.operation.FormedConvolution;
import io.dcd.engine.operation.GramMatrix;
import io.dcd.engine.operation.GroupedPointwise;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.KernelBasis;
import io.dcd.engine.operation.KernelFormation;
import io.dcd.engine.operation.KernelNormalization;
import io.dcd.engine.operation.KernelProduct;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.MaxPooling;
import io.dcd.engine.operation.Mixture;
import io.dcd.engine.operation.OperationVisitor;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.ScaledSum;
import io.dcd.engine.operation.Softmax;

/** Which kernel computes which operation. */
record ReferenceKernels(ReferenceMemory memory) implements OperationVisitor<PhasedKernel> {
    @Override
    public PhasedKernel visit(Activate operation) {
        return new ActivateKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Add operation) {
        return new AddKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(AveragePooling operation) {
        return new AveragePoolingKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(BatchNormalization operation) {
        return new BatchNormalizationKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(BatchedConvolution operation) {
        return new BatchedConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(BatchedDepthwiseConvolution operation) {
        return new BatchedDepthwiseConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(BatchedProduct operation) {
        return new BatchedProductKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Broadcast operation) {
        return new BroadcastKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Centring operation) {
        return new CentringKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Convolution operation) {
        return new ConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(DepthwiseConvolution operation) {
        return new DepthwiseConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Dropout operation) {
        return new DropoutKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(DynamicCoefficients operation) {
        return new DynamicCoefficientsKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(FoldedConvolution operation) {
        return new FoldedConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(FormedConvolution operation) {
        return new FormedConvolutionKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(GramMatrix operation) {
        return new GramMatrixKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(GroupedPointwise operation) {
        return new GroupedPointwiseKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(ImageNormalization operation) {
        return new ImageNormalizationKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(KernelBasis operation) {
        return new KernelBasisKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(KernelFormation operation) {
        return new KernelFormationKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(MatrixProduct operation) {
        return new MatrixProductKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(MaxPooling operation) {
        return new MaxPoolingKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Mixture operation) {
        return new MixtureKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(KernelNormalization operation) {
        return new KernelNormalizationKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(KernelProduct operation) {
        return new KernelProductKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Scale operation) {
        return new ScaleKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(ScaledSum operation) {
        return new ScaledSumKernel(operation, memory);
    }

    @Override
    public PhasedKernel visit(Softmax operation) {
        return new SoftmaxKernel(operation, memory);
    }
}
