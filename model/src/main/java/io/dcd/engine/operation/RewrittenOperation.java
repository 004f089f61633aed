package io.dcd.engine.operation;

/** An operation that no layer is lowered to: a plan makes it of others, by rewriting or folding the network it runs. */
public sealed interface RewrittenOperation extends Operation
        permits Centring,
                DynamicCoefficients,
                FoldedConvolution,
                FormedConvolution,
                GramMatrix,
                KernelBasis,
                KernelFormation,
                KernelNormalization,
                KernelProduct,
                ScaledSum {}
