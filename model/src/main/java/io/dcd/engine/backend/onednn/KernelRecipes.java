package io.dcd.engine.backend.onednn;

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
final class KernelRecipes implements OperationVisitor<KernelRecipe> {
    @Override
    public KernelRecipe visit(Activate operation) {
        return KernelRecipe.of(operation, ActivateKernel::forward, ActivateKernel::backward);
    }

    @Override
    public KernelRecipe visit(Add operation) {
        return KernelRecipe.of(operation, AddKernel::forward, AddKernel::backward);
    }

    @Override
    public KernelRecipe visit(AveragePooling operation) {
        return KernelRecipe.of(operation, AveragePoolingKernel::forward, AveragePoolingKernel::backward);
    }

    @Override
    public KernelRecipe visit(BatchNormalization operation) {
        return (phase, builder) -> BatchNormalizationKernel.build(operation, phase, builder);
    }

    @Override
    public KernelRecipe visit(BatchedConvolution operation) {
        return KernelRecipe.of(
                operation,
                (convolution, builder) ->
                        BatchedConvolutionKernel.of(convolution, builder).forward(),
                (convolution, builder) ->
                        BatchedConvolutionKernel.of(convolution, builder).backward());
    }

    @Override
    public KernelRecipe visit(BatchedDepthwiseConvolution operation) {
        return KernelRecipe.of(
                operation,
                (convolution, builder) ->
                        BatchedConvolutionKernel.of(convolution, builder).forward(),
                (convolution, builder) ->
                        BatchedConvolutionKernel.of(convolution, builder).backward());
    }

    @Override
    public KernelRecipe visit(BatchedProduct operation) {
        return KernelRecipe.of(
                operation,
                (product, builder) -> new BatchedProductKernel(product, builder).forward(),
                (product, builder) -> new BatchedProductKernel(product, builder).backward());
    }

    @Override
    public KernelRecipe visit(Broadcast operation) {
        return KernelRecipe.of(operation, BroadcastKernel::forward, BroadcastKernel::backward);
    }

    @Override
    public KernelRecipe visit(Centring operation) {
        return KernelRecipe.of(operation, CentringKernel::forward, CentringKernel::backward);
    }

    @Override
    public KernelRecipe visit(Convolution operation) {
        if (PointwiseConvolutionKernel.fits(operation)) {
            return KernelRecipe.of(
                    operation, PointwiseConvolutionKernel::forward, PointwiseConvolutionKernel::backward);
        }
        return KernelRecipe.of(
                operation,
                (convolution, builder) ->
                        ConvolutionKernel.of(convolution, builder).forward(),
                (convolution, builder) ->
                        ConvolutionKernel.of(convolution, builder).backward());
    }

    @Override
    public KernelRecipe visit(DepthwiseConvolution operation) {
        return KernelRecipe.of(
                operation,
                (convolution, builder) ->
                        ConvolutionKernel.of(convolution, builder).forward(),
                (convolution, builder) ->
                        ConvolutionKernel.of(convolution, builder).backward());
    }

    @Override
    public KernelRecipe visit(Dropout operation) {
        return KernelRecipe.of(operation, DropoutKernel::forward, DropoutKernel::backward);
    }

    @Override
    public KernelRecipe visit(DynamicCoefficients operation) {
        return KernelRecipe.forInference(operation, DynamicCoefficientsKernel::forward);
    }

    @Override
    public KernelRecipe visit(FoldedConvolution operation) {
        return KernelRecipe.forInference(operation, FoldedConvolutionKernel::forward);
    }

    @Override
    public KernelRecipe visit(FormedConvolution operation) {
        return KernelRecipe.forInference(operation, FormedConvolutionKernel::forward);
    }

    @Override
    public KernelRecipe visit(GramMatrix operation) {
        return KernelRecipe.of(operation, GramMatrixKernel::forward, GramMatrixKernel::backward);
    }

    @Override
    public KernelRecipe visit(GroupedPointwise operation) {
        return KernelRecipe.of(
                operation,
                (product, builder) -> new GroupedPointwiseKernel(product, builder).forward(),
                (product, builder) -> new GroupedPointwiseKernel(product, builder).backward());
    }

    @Override
    public KernelRecipe visit(ImageNormalization operation) {
        return KernelRecipe.of(operation, ImageNormalizationKernel::forward, (images, builder) -> {});
    }

    @Override
    public KernelRecipe visit(KernelBasis operation) {
        return KernelRecipe.of(operation, KernelBasisKernel::forward, (basis, builder) -> {});
    }

    @Override
    public KernelRecipe visit(KernelFormation operation) {
        return KernelRecipe.forInference(operation, KernelFormationKernel::forward);
    }

    @Override
    public KernelRecipe visit(MatrixProduct operation) {
        return KernelRecipe.of(operation, MatrixProductKernel::forward, MatrixProductKernel::backward);
    }

    @Override
    public KernelRecipe visit(MaxPooling operation) {
        return KernelRecipe.of(operation, MaxPoolingKernel::forward, MaxPoolingKernel::backward);
    }

    @Override
    public KernelRecipe visit(Mixture operation) {
        return KernelRecipe.of(operation, MixtureKernel::forward, MixtureKernel::backward);
    }

    @Override
    public KernelRecipe visit(KernelNormalization operation) {
        return (phase, builder) -> KernelNormalizationKernel.build(operation, phase, builder);
    }

    @Override
    public KernelRecipe visit(KernelProduct operation) {
        return KernelRecipe.of(operation, KernelProductKernel::forward, KernelProductKernel::backward);
    }

    @Override
    public KernelRecipe visit(Scale operation) {
        return KernelRecipe.of(operation, ScaleKernel::forward, ScaleKernel::backward);
    }

    @Override
    public KernelRecipe visit(ScaledSum operation) {
        return KernelRecipe.of(operation, ScaledSumKernel::forward, ScaledSumKernel::backward);
    }

    @Override
    public KernelRecipe visit(Softmax operation) {
        return KernelRecipe.of(operation, SoftmaxKernel::forward, SoftmaxKernel::backward);
    }
}
