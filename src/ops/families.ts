// The functions of nn.functional that linear maps, losses, normalisation, embedding and attention make up.
export { scaledDotProductAttention } from './attention.js';
export { crossEntropy, nllLoss } from './classification.js';
export { ctcLoss } from './ctc.js';
export { embedding, embeddingBag } from './embedding.js';
export { binaryCrossEntropy, binaryCrossEntropyWithLogits, multilabelSoftMarginLoss, softMarginLoss } from './entropy.js';
export { linear } from './linear.js';
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  marginRankingLoss,
  multilabelMarginLoss,
  multiMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './margin.js';
export { gaussianNllLoss, huberLoss, klDiv, l1Loss, mseLoss, poissonNllLoss, smoothL1Loss } from './regression.js';
export { cosineSimilarity, normalize, pairwiseDistance } from './similarity.js';
export { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from './standardize.js';
